"""Create a department."""

from features.hr.employment import appoint_manager, lock_for_appointment
from features.hr.events import DepartmentCreated
from features.hr.models import Department, Employee
from features.hr.records import DepartmentCode
from kernel import Created, Int32, LongText, ParentId, Request, ShortText, SqidId, Status, emit, post


class CreateDepartmentRequest(Request):
    name: ShortText
    code: DepartmentCode
    description: LongText | None = None
    parent_id: ParentId[Department] = None
    manager_id: SqidId[Employee] | None = None
    order: Int32 = 0
    status: Status = Status.ENABLED


@post(button="B_HR_DEPT_CREATE")
async def create_department(request: CreateDepartmentRequest) -> Created[Department]:
    """Nobody works in it yet, so nobody can manage it: whoever is to come is transferred first, and appointed then (4008)."""
    people = await lock_for_appointment(request.manager_id)
    await Department.ensure_may_stand_below(request.parent_id)
    department = await Department.create(**dict(request) | {"manager_id": None})
    emit(DepartmentCreated(**department.facts()))
    await appoint_manager(department, request.manager_id, people)
    return Created(created_id=department.id)

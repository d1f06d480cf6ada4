"""Change a department: only the fields that are sent."""

from pydantic import MISSING

from features.hr.employment import appoint_manager, lock_for_appointment
from features.hr.events import DepartmentUpdated
from features.hr.models import Department, Employee
from features.hr.records import DepartmentCode
from kernel import Int32, LongText, ParentId, Request, ShortText, SqidId, Status, Updated, emit, patch


class UpdateDepartmentRequest(Request):
    name: ShortText | MISSING = MISSING
    code: DepartmentCode | MISSING = MISSING
    description: LongText | None = None
    parent_id: ParentId[Department] = None
    manager_id: SqidId[Employee] | None = None
    order: Int32 | MISSING = MISSING
    status: Status | MISSING = MISSING


@patch("/{department_id}", button="B_HR_DEPT_EDIT")
async def update_department(department_id: SqidId[Department], request: UpdateDepartmentRequest) -> Updated[Department]:
    """Another manager (`managerId`) needs the button B_HR_DEPT_MANAGER too, and comes by the rule of appoint_manager."""
    changes = request.changes()
    people = await lock_for_appointment(request.manager_id, department_id) if "manager_id" in changes else {}
    await Department.ensure_may_stand_below(request.parent_id, department_id)
    department = await Department.for_update(department_id)
    if "manager_id" in changes:
        await appoint_manager(department, changes.pop("manager_id"), people)
    if changes:
        await department.update_from_dict(changes).save(update_fields=list(changes))
        emit(DepartmentUpdated(**department.facts()))
    return Updated(updated_id=department_id)

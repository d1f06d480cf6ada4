"""Create a department."""

from features.hr.models import Department
from features.hr.records import DepartmentCode
from kernel import Created, Int32, LongText, ParentId, Request, ShortText, Status, post


class CreateDepartmentRequest(Request):
    name: ShortText
    code: DepartmentCode
    description: LongText | None = None
    parent_id: ParentId[Department] = None
    order: Int32 = 0
    status: Status = Status.ENABLED


@post(button="B_HR_DEPT_CREATE")
async def create_department(request: CreateDepartmentRequest) -> Created[Department]:
    await Department.ensure_may_stand_below(request.parent_id)
    department = await Department.create(**dict(request))
    return Created(created_id=department.id)

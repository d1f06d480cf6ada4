"""Change a department: only the fields that are sent."""

from pydantic import MISSING

from features.hr.models import Department
from features.hr.records import DepartmentCode
from kernel import Int32, LongText, ParentId, Request, ShortText, SqidId, Status, Updated, patch


class UpdateDepartmentRequest(Request):
    name: ShortText | MISSING = MISSING
    code: DepartmentCode | MISSING = MISSING
    description: LongText | None = None
    parent_id: ParentId[Department] = None
    order: Int32 | MISSING = MISSING
    status: Status | MISSING = MISSING


@patch("/{department_id}", button="B_HR_DEPT_EDIT")
async def update_department(department_id: SqidId[Department], request: UpdateDepartmentRequest) -> Updated[Department]:
    await Department.ensure_may_stand_below(request.parent_id, department_id)
    department = await Department.for_update(department_id)
    if changes := request.changes():
        await department.update_from_dict(changes).save(update_fields=list(changes))
    return Updated(updated_id=department_id)

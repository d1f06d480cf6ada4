"""Create a department."""

from features.hr.employment import refuse_too_deep
from features.hr.models import Department
from features.hr.records import DepartmentCode
from kernel import (
    Created,
    Int32,
    LongText,
    ParentId,
    Schema,
    ShortText,
    Status,
    Success,
    refuse_duplicates,
    slice_router,
)

router = slice_router()


class CreateDepartmentRequest(Schema):
    name: ShortText
    code: DepartmentCode
    description: LongText | None = None
    parent_id: ParentId = None
    order: Int32 = 0
    status: Status = Status.ENABLED


@router.post(button="B_HR_DEPT_CREATE")
async def create_department(request: CreateDepartmentRequest) -> Success[Created]:
    if request.parent_id is not None:
        await Department.for_update(request.parent_id)
        await refuse_too_deep(request.parent_id)
    async with refuse_duplicates(Department):
        department = await Department.create(**dict(request))
    return Success(data=Created(created_id=department.id))

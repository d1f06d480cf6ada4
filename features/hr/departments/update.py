"""Change a department: only the fields that are sent."""

from features.hr.employment import refuse_too_deep
from features.hr.models import Department
from features.hr.records import DepartmentCode
from kernel import (
    CycleError,
    Int32,
    InvalidInput,
    LongText,
    ParentId,
    Schema,
    ShortText,
    SqidPath,
    Status,
    Success,
    Updated,
    omittable,
    refuse_duplicates,
    slice_router,
)

router = slice_router()


class UpdateDepartmentRequest(Schema):
    name: ShortText = omittable()
    code: DepartmentCode = omittable()
    description: LongText | None = None
    parent_id: ParentId = None
    order: Int32 = omittable()
    status: Status = omittable()


@router.patch("/{department_id}", button="B_HR_DEPT_EDIT")
async def update_department(department_id: SqidPath, request: UpdateDepartmentRequest) -> Success[Updated]:
    changes = request.changes()
    if changes.get("parent_id") is not None:
        await refuse_cycle(department_id, changes["parent_id"])
    department = await Department.for_update(department_id)
    if changes:
        async with refuse_duplicates(Department):
            await department.update_from_dict(changes).save(update_fields=list(changes))
    return Success(data=Updated(updated_id=department_id))


async def refuse_cycle(department_id: int, parent_id: int) -> None:
    # Locks the whole tree, in order of id, so it comes before any other lock: two moves at once would else wait for
    # one another.
    try:
        await Department.ensure_no_cycle(department_id, parent_id)
    except CycleError:
        raise InvalidInput("parentId", "a department cannot stand below itself") from None
    await Department.for_update(parent_id)
    await refuse_too_deep(parent_id, department_id)

"""Delete several departments, all or none."""

from features.hr.employment import refuse_departments_in_use
from features.hr.events import DepartmentDeleted
from features.hr.models import Department
from kernel import BatchDeleted, BatchDeleteRequest, delete, emit


@delete(button="B_HR_DEPT_DELETE")
async def batch_delete_departments(request: BatchDeleteRequest[Department]) -> BatchDeleted[Department]:
    """A parent and all of its children may go together."""
    departments = await Department.all_for_update(request.ids)
    await refuse_departments_in_use(request.ids)
    await Department.filter(id__in=[department.id for department in departments]).delete()
    for department in departments:
        emit(DepartmentDeleted(**department.facts()))
    return BatchDeleted(deleted_ids=request.ids)

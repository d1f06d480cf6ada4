"""Take several employees who have resigned off file, all or none."""

from features.hr.employment import delete_employees
from features.hr.models import Employee
from kernel import BatchDeleted, BatchDeleteRequest, delete


@delete(button="B_HR_EMP_DELETE")
async def batch_delete_employees(request: BatchDeleteRequest[Employee]) -> BatchDeleted[Employee]:
    await delete_employees(await Employee.all_for_update(request.ids))
    return BatchDeleted(deleted_ids=request.ids)

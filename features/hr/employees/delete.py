"""Take an employee who has resigned off file. Their account stays, disabled as it is."""

from features.hr.employment import delete_employees
from features.hr.models import Employee
from kernel import Deleted, SqidId, delete


@delete("/{employee_id}", button="B_HR_EMP_DELETE")
async def delete_employee(employee_id: SqidId[Employee]) -> Deleted[Employee]:
    await delete_employees([await Employee.for_update(employee_id)])
    return Deleted(deleted_id=employee_id)

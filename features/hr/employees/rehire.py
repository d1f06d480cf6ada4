"""Take someone back who had resigned, in probation. They sign in as before; tokens from before stay dead."""

from features.hr.employment import take_step
from features.hr.models import Department, Employee, EmployeeStatus
from kernel import LongText, Request, SqidId, Updated, enable_account, post


class RehireEmployeeRequest(Request):
    remark: LongText | None = None


@post("/{employee_id}/rehire", button="B_HR_EMP_REHIRE")
async def rehire(employee_id: SqidId[Employee], request: RehireEmployeeRequest) -> Updated[Employee]:
    """The account has the roles that it had; who may not manage such an account (2201, 2206) takes nobody back. 4000 where
    their department is disabled: it is enabled first.
    """
    employee = await Employee.for_update(employee_id)
    await take_step(employee, EmployeeStatus.PROBATION, request.remark)
    await Department.open_for_staff(employee.department_id)
    if employee.user_id:
        await enable_account(employee.user_id)
    return Updated(updated_id=employee_id)

"""End an employee's probation, which went well."""

from features.hr.employment import take_step
from features.hr.models import Employee, EmployeeStatus
from kernel import LongText, Request, SqidId, Updated, post


class RegularizeEmployeeRequest(Request):
    remark: LongText | None = None


@post("/{employee_id}/regularize", button="B_HR_EMP_REGULARIZE")
async def regularize_employee(employee_id: SqidId[Employee], request: RegularizeEmployeeRequest) -> Updated[Employee]:
    employee = await Employee.for_update(employee_id)
    await take_step(employee, EmployeeStatus.ACTIVE, request.remark)
    return Updated(updated_id=employee_id)

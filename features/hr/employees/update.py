"""Change what is on file of an employee: only the fields that are sent. Their account learns of its part."""

from pydantic import MISSING

from features.hr.employment import edit_employee
from features.hr.models import Employee
from kernel import Email, Phone, Request, ShortText, SqidId, Updated, patch


class UpdateEmployeeRequest(Request):
    """`avatar` null removes the picture; a new one is uploaded."""

    name: ShortText | MISSING = MISSING
    email: Email | None = None
    phone: Phone | None = None
    position: ShortText | None = None
    avatar: None = None


@patch("/{employee_id}", button="B_HR_EMP_EDIT")
async def update_employee(employee_id: SqidId[Employee], request: UpdateEmployeeRequest) -> Updated[Employee]:
    """Who may not manage the employee's account changes neither name nor address nor phone number (2201, 2206)."""
    employee = await Employee.for_update(employee_id)
    await edit_employee(employee, request.changes())
    return Updated(updated_id=employee_id)

"""Change one's own phone number and address, on file and of the account."""

from features.hr.caller import own_employee
from features.hr.employment import edit_employee
from features.hr.models import Employee
from kernel import Email, Phone, Request, Updated, patch


class UpdateMyProfileRequest(Request):
    """What is left out stays; `""` and null clear."""

    phone: Phone | None = None
    email: Email | None = None


@patch("/profile")
async def update_my_profile(request: UpdateMyProfileRequest) -> Updated[Employee]:
    """4005; 2302 and 2303 for what another account has."""
    employee = await own_employee(for_update=True)
    await edit_employee(employee, request.changes())
    return Updated(updated_id=employee.id)

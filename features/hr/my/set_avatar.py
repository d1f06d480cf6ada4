"""Give oneself another picture."""

from fastapi import UploadFile

from features.hr.employment import edit_employee, own_employee_for_update
from features.hr.models import Employee
from features.hr.records import AvatarResponse
from kernel import post, stored_image, transaction


@post("/avatar", button="B_HR_MY_AVATAR_EDIT", max_file_bytes=Employee.MAX_AVATAR_BYTES, transaction=False)
async def set_avatar(file: UploadFile) -> AvatarResponse:
    """As for the employee who is the caller."""
    async with stored_image(file) as url, transaction(__name__):
        await edit_employee(await own_employee_for_update(), {"avatar": url})
    return AvatarResponse(avatar_url=url)

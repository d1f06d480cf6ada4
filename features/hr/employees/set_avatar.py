"""Give an employee another picture."""

from fastapi import UploadFile

from features.hr.employment import edit_employee
from features.hr.models import Employee
from features.hr.records import AvatarResponse
from kernel import SqidId, post, stored_image, transaction


@post("/{employee_id}/avatar", button="B_HR_EMP_EDIT", max_file_bytes=Employee.MAX_AVATAR_BYTES, transaction=False)
async def set_avatar(employee_id: SqidId[Employee], file: UploadFile) -> AvatarResponse:
    """A PNG, JPEG or WebP image, at most 2 MiB; it is stored without its metadata, and at most 1024 pixels wide and high."""
    async with stored_image(file) as url, transaction(__name__):
        await edit_employee(await Employee.for_update(employee_id), {"avatar": url})
    return AvatarResponse(avatar_url=url)

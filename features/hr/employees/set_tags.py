"""Make these the tags of an employee."""

from features.hr.models import Employee, Tag
from kernel import Request, SqidId, SqidList, Updated, patch


class SetEmployeeTagsRequest(Request):
    tag_ids: SqidList[Tag]


@patch("/{employee_id}/tags", button="B_HR_EMP_TAG_EDIT")
async def set_tags(employee_id: SqidId[Employee], request: SetEmployeeTagsRequest) -> Updated[Employee]:
    employee = await Employee.for_update(employee_id)
    await employee.set_tags(request.tag_ids)
    return Updated(updated_id=employee_id)

"""Give oneself other tags."""

from features.hr.caller import own_employee
from features.hr.models import Employee, Tag
from kernel import Request, SqidList, Updated, patch


class SetMyTagsRequest(Request):
    tag_ids: SqidList[Tag]


@patch("/tags", button="B_HR_MY_TAG_EDIT")
async def set_my_tags(request: SetMyTagsRequest) -> Updated[Employee]:
    """These and no others (4003). 4005 for whose account belongs to no employee."""
    employee = await own_employee(for_update=True)
    await employee.set_tags(request.tag_ids)
    return Updated(updated_id=employee.id)

"""Give somebody of the caller's team other tags."""

from features.hr.caller import member_for_update
from features.hr.models import Employee, Tag
from kernel import Request, SqidId, SqidList, Updated, patch


class SetTeamMemberTagsRequest(Request):
    tag_ids: SqidList[Tag]


@patch("/{employee_id}/tags", button="B_HR_TEAM_TAG_EDIT")
async def set_team_member_tags(employee_id: SqidId[Employee], request: SetTeamMemberTagsRequest) -> Updated[Employee]:
    """These and no others (4003). For managers only (4006), in their own departments (4004)."""
    employee = await member_for_update(employee_id)
    await employee.set_tags(request.tag_ids)
    return Updated(updated_id=employee.id)

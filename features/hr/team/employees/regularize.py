"""End the probation of somebody of the caller's team, well."""

from features.hr.caller import member_for_update
from features.hr.employment import take_step
from features.hr.models import Employee, EmployeeStatus
from kernel import LongText, Request, SqidId, Updated, post


class RegularizeTeamMemberRequest(Request):
    remark: LongText | None = None


@post("/{employee_id}/regularize", button="B_HR_TEAM_REGULARIZE")
async def regularize_team_member(
    employee_id: SqidId[Employee], request: RegularizeTeamMemberRequest
) -> Updated[Employee]:
    """For managers only (4006), in their own departments (4004), and of nobody themselves (2201)."""
    employee = await member_for_update(employee_id)
    await take_step(employee, EmployeeStatus.ACTIVE, request.remark)
    return Updated(updated_id=employee.id)

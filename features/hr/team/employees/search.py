"""Find the people of the departments that the caller manages."""

from features.hr.caller import own_team
from features.hr.models import AT_WORK, Department, EmployeeStatus
from features.hr.records import EmployeeRecord
from kernel import AuditedSearchRequest, Contains, Exact, Page, SqidId, paginate, post


class SearchTeamRequest(AuditedSearchRequest):
    """Who has resigned is found by `status: "resigned"` alone."""

    name: Contains = None
    email: Contains = None
    status: Exact[EmployeeStatus] = None
    department_id: Exact[SqidId[Department]] = None


@post("/search")
async def search_team(request: SearchTeamRequest) -> Page[EmployeeRecord]:
    """For managers only (4006), whatever their data scope reaches beside."""
    team = await own_team()
    if request.status is None:
        team = team.filter(status__in=AT_WORK)
    return await paginate(team, request, EmployeeRecord)

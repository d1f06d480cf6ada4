"""Count the people of the caller's own department."""

from features.hr.caller import own_departments
from features.hr.figures import StatusCounts, count_by_status
from features.hr.models import Department
from kernel import PublicId, Schema, get


class TeamDepartment(Schema):
    id: PublicId[Department]
    name: str
    code: str


class TeamStats(Schema):
    """`total` counts everybody on file, those who have resigned included."""

    department: TeamDepartment
    total: int
    status_counts: StatusCounts


@get("/stats")
async def team_stats() -> TeamStats:
    """Of the department that the caller manages; of the first one in their order, should they manage several. 4006."""
    department = (await own_departments())[0]
    counts = await count_by_status(department_id=department.id)
    return TeamStats(department=TeamDepartment.model_validate(department), total=counts.total, status_counts=counts)

"""Count the employees of every department."""

from tortoise.functions import Count

from features.hr.figures import DEPARTMENT_STATS, KEPT_SECONDS
from features.hr.models import Department
from kernel import PublicId, Schema, cached, get


class DepartmentStats(Schema):
    """`employeeCount` counts everybody on file in the department, those who have resigned included, as a search does."""

    id: PublicId[Department]
    name: str
    code: str
    manager_name: str | None
    employee_count: int


@get("/stats")
async def department_stats() -> list[DepartmentStats]:
    """Counted when somebody asks, and kept until HR tells of a change."""
    return await cached(DEPARTMENT_STATS, list[DepartmentStats], _count, seconds=KEPT_SECONDS)


async def _count() -> list[DepartmentStats]:
    counted = Department.annotate(employee_count=Count("employees")).group_by("id", "name", "code", "manager__name")
    rows = await counted.order_by("order", "id").values(
        "id", "name", "code", "employee_count", manager_name="manager__name"
    )
    return [DepartmentStats.model_validate(row) for row in rows]

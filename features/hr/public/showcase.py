"""Show anybody how large the company is: numbers, and the names of its departments."""

from tortoise.functions import Count

from features.hr.figures import KEPT_SECONDS, SHOWCASE, StatusCounts, count_by_status
from features.hr.models import Department, Tag
from kernel import PUBLIC, Schema, cached, get


class ShowcaseTotals(Schema):
    department: int
    employee: int
    tag: int


class ShowcaseDepartment(Schema):
    name: str
    code: str
    employee_count: int


class Showcase(Schema):
    """Everybody on file counts, those who have resigned included. No key of a row, and nobody's name."""

    totals: ShowcaseTotals
    employee_status: StatusCounts
    departments: list[ShowcaseDepartment]


@get("/showcase", access=PUBLIC)
async def showcase() -> Showcase:
    """Counted when somebody asks, and kept until HR tells of a change: whoever asks often costs the database nothing."""
    return await cached(SHOWCASE, Showcase, _count, seconds=KEPT_SECONDS)


async def _count() -> Showcase:
    counted = (
        Department.annotate(employee_count=Count("employees")).group_by("id", "name", "code").order_by("order", "id")
    )
    departments = [
        ShowcaseDepartment.model_validate(row) for row in await counted.values("name", "code", "employee_count")
    ]
    by_status = await count_by_status()
    totals = ShowcaseTotals(department=len(departments), employee=by_status.total, tag=await Tag.all().count())
    return Showcase(totals=totals, employee_status=by_status, departments=departments)

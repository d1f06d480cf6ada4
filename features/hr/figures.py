"""Figures that cost a look at every employee, and are asked for far more often than they change: kept, until a fact outdates them."""

from tortoise.functions import Count

from features.hr.models import Employee, EmployeeStatus
from kernel import Schema

DEPARTMENT_STATS = "hr:department-stats"
SHOWCASE = "hr:showcase"
FIGURES = (DEPARTMENT_STATS, SHOWCASE)

KEPT_SECONDS = 60
"""How old they may be where nobody has said yet that they are outdated: a reaction that waits for its turn, or rows that
were written past the use cases.
"""


class StatusCounts(Schema):
    """How many employees there are in each status."""

    probation: int = 0
    active: int = 0
    resigned: int = 0

    @property
    def total(self) -> int:
        return self.probation + self.active + self.resigned


async def count_by_status(**where: object) -> StatusCounts:
    """Everybody on file, or those in a department (`department_id=`), in one statement."""
    counted = Employee.unscoped().filter(**where).annotate(count=Count("id")).group_by("status")
    rows: list[tuple[EmployeeStatus, int]] = await counted.values_list("status", "count")
    return StatusCounts(**{EmployeeStatus(status).value: count for status, count in rows})

"""Drop the figures that are kept, on every worker, as soon as a fact outdates them."""

from features.hr.events import (
    DepartmentCreated,
    DepartmentDeleted,
    DepartmentManagerChanged,
    DepartmentUpdated,
    EmployeeDeleted,
    EmployeeOnboarded,
    EmployeeRegularized,
    EmployeeRehired,
    EmployeeResigned,
    EmployeeTransferred,
    EmployeeUpdated,
    TagCreated,
    TagDeleted,
)
from features.hr.figures import FIGURES
from kernel import on, outdate


@on(
    DepartmentCreated,
    DepartmentDeleted,
    DepartmentManagerChanged,
    DepartmentUpdated,
    EmployeeDeleted,
    EmployeeOnboarded,
    EmployeeRegularized,
    EmployeeRehired,
    EmployeeResigned,
    EmployeeTransferred,
    EmployeeUpdated,  # a manager's name is among the figures
    TagCreated,
    TagDeleted,
    retold=False,
)
async def outdate_figures(_event: object) -> None:
    outdate(*FIGURES)

"""Show the caller who works in their department."""

from typing import Annotated

from features.hr.caller import own_employee
from features.hr.models import AT_WORK, Employee, EmployeeStatus
from kernel import PublicId, Schema, SourceList, fetch_all, get


class ColleagueRecord(Schema):
    """What everybody may know of who sits next to them: neither phone nor address."""

    id: PublicId[Employee]
    name: str
    employee_no: str | None
    position: str | None
    avatar: str | None
    status: EmployeeStatus
    tag_names: Annotated[list[str], SourceList("tags", "name")]


@get("/department")
async def my_department() -> list[ColleagueRecord]:
    """In probation and active, the caller among them. 4005 for whose account belongs to no employee."""
    employee = await own_employee()
    colleagues = Employee.unscoped().filter(department_id=employee.department_id, status__in=AT_WORK)
    return await fetch_all(colleagues.order_by("id"), ColleagueRecord)

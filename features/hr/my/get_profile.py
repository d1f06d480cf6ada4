"""Show the caller what is on file about them."""

from typing import Annotated

from features.hr.caller import own_employee
from features.hr.models import Department, Employee, EmployeeStatus, Tag
from kernel import PublicId, Schema, Source, fetch_all, fetch_one, get


class _OnFile(Schema):
    id: PublicId[Employee]
    name: str
    employee_no: str | None
    email: str | None
    phone: str | None
    position: str | None
    avatar: str | None
    status: EmployeeStatus
    department_id: PublicId[Department]
    department_name: Annotated[str | None, Source("department__name")]


class MyTag(Schema):
    id: PublicId[Tag]
    name: str
    category: str
    description: str | None


class MyProfile(_OnFile):
    tags: list[MyTag]


@get("/profile")
async def my_profile() -> MyProfile:
    """4005 for whose account belongs to no employee."""
    employee = await own_employee()
    on_file = await fetch_one(Employee.unscoped().filter(id=employee.id), _OnFile)
    return MyProfile(**dict(on_file), tags=await fetch_all(employee.tags.all().order_by("id"), MyTag))

"""Show one employee, if the caller's data scope reaches them."""

from features.hr.models import Employee
from features.hr.records import EmployeeRecord
from kernel import SqidId, fetch_one, get


@get("/{employee_id}")
async def get_employee(employee_id: SqidId[Employee]) -> EmployeeRecord:
    return await fetch_one(Employee.visible().filter(id=employee_id), EmployeeRecord)

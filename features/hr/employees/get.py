"""Show one employee, if the caller's data scope reaches them."""

from features.hr.models import Employee
from features.hr.records import EmployeeRecord
from kernel import SqidPath, Success, fetch_one, slice_router

router = slice_router()


@router.get("/{employee_id}")
async def get_employee(employee_id: SqidPath) -> Success[EmployeeRecord]:
    return Success(data=await fetch_one(Employee.visible().filter(id=employee_id), EmployeeRecord))

"""Find employees, as far as the caller's data scope reaches."""

from features.hr.models import Department, Employee, EmployeeStatus
from features.hr.records import EmployeeRecord
from kernel import AuditedSearchRequest, Contains, ContainsPhone, Exact, Page, SqidId, paginate, post


class SearchEmployeesRequest(AuditedSearchRequest):
    name: Contains = None
    email: Contains = None
    phone: ContainsPhone = None
    status: Exact[EmployeeStatus] = None
    department_id: Exact[SqidId[Department]] = None


@post("/search")
async def search_employees(request: SearchEmployeesRequest) -> Page[EmployeeRecord]:
    return await paginate(Employee.visible(), request, EmployeeRecord)

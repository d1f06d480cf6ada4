"""Find departments."""

from features.hr.models import Department, Employee
from features.hr.records import DepartmentRecord
from kernel import AuditedSearchRequest, Contains, Exact, Page, SqidId, Status, paginate, post


class SearchDepartmentsRequest(AuditedSearchRequest):
    name: Contains = None
    code: Contains = None
    status: Exact[Status] = None
    manager_id: Exact[SqidId[Employee]] = None


@post("/search")
async def search_departments(request: SearchDepartmentsRequest) -> Page[DepartmentRecord]:
    return await paginate(Department.all(), request, DepartmentRecord)

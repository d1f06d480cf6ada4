"""Find employees, as far as the caller's data scope reaches."""

from features.hr.models import Employee, EmployeeStatus
from features.hr.records import EmployeeRecord
from kernel import Contains, CreatedBetween, Exact, Page, SearchRequest, SqidId, Success, paginate, slice_router

router = slice_router()


class SearchEmployeesRequest(CreatedBetween, SearchRequest):
    name: Contains = None
    email: Contains = None
    status: Exact[EmployeeStatus] = None
    department_id: Exact[SqidId] = None


@router.search()
async def search_employees(request: SearchEmployeesRequest) -> Success[Page[EmployeeRecord]]:
    return Success(data=await paginate(Employee.visible(), request, EmployeeRecord))

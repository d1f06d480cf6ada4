"""Find departments."""

from features.hr.models import Department
from features.hr.records import DepartmentRecord
from kernel import Contains, CreatedBetween, Exact, Page, SearchRequest, SqidId, Status, Success, paginate, slice_router

router = slice_router()


class SearchDepartmentsRequest(CreatedBetween, SearchRequest):
    name: Contains = None
    code: Contains = None
    status: Exact[Status] = None
    manager_id: Exact[SqidId] = None


@router.search()
async def search_departments(request: SearchDepartmentsRequest) -> Success[Page[DepartmentRecord]]:
    return Success(data=await paginate(Department.all(), request, DepartmentRecord))

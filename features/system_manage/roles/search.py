"""Find roles."""

from features.system_manage.role_records import RoleRecord
from kernel import AuditedSearchRequest, Contains, DataScope, Exact, Page, Status, paginate, post
from kernel.identity.models import Role


class SearchRolesRequest(AuditedSearchRequest):
    role_name: Contains = None
    role_code: Contains = None
    role_desc: Contains = None
    data_scope: Exact[DataScope] = None
    status_type: Exact[Status] = None


@post("/search")
async def search_roles(request: SearchRolesRequest) -> Page[RoleRecord]:
    return await paginate(Role.all(), request, RoleRecord)

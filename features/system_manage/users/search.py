"""Find users."""

from features.system_manage.records import UserRecord
from kernel import AuditedSearchRequest, Contains, Exact, Gender, Page, Status, paginate, post
from kernel.identity.models import User


class SearchUsersRequest(AuditedSearchRequest):
    user_name: Contains = None
    nick_name: Contains = None
    user_phone: Contains = None
    user_email: Contains = None
    user_gender: Exact[Gender] = None
    status_type: Exact[Status] = None


@post("/search")
async def search_users(request: SearchUsersRequest) -> Page[UserRecord]:
    return await paginate(User.all(), request, UserRecord)

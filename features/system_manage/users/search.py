"""Find users."""

from features.system_manage.records import UserRecord
from kernel import Contains, CreatedBetween, Exact, Gender, Page, SearchRequest, Status, Success, paginate, slice_router
from kernel.identity.models import User

router = slice_router()


class SearchUsersRequest(CreatedBetween, SearchRequest):
    user_name: Contains = None
    nick_name: Contains = None
    user_phone: Contains = None
    user_email: Contains = None
    user_gender: Exact[Gender] = None
    status_type: Exact[Status] = None


@router.search()
async def search_users(request: SearchUsersRequest) -> Success[Page[UserRecord]]:
    return Success(data=await paginate(User.all(), request, UserRecord))

"""Show one user."""

from features.system_manage.records import UserRecord
from kernel import SqidPath, Success, fetch_one, slice_router
from kernel.identity.models import User

router = slice_router()


@router.get("/{user_id}")
async def get_user(user_id: SqidPath) -> Success[UserRecord]:
    return Success(data=await fetch_one(User.filter(id=user_id), UserRecord))

"""Show one user."""

from features.system_manage.records import UserRecord, users
from kernel import SqidId, fetch_one, get
from kernel.identity.models import User


@get("/{user_id}")
async def get_user(user_id: SqidId[User]) -> UserRecord:
    return await fetch_one(users().filter(id=user_id), UserRecord)

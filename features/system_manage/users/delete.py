"""Delete a user, whose tokens are dead at once."""

from features.system_manage.account_rules import delete_users
from kernel import Deleted, SqidId, delete
from kernel.identity.models import User


@delete("/{user_id}")
async def delete_user(user_id: SqidId[User]) -> Deleted[User]:
    await delete_users([user_id])
    return Deleted(deleted_id=user_id)

"""End all sessions of a user, who may sign in again."""

from kernel import SqidId, Updated, post
from kernel.auth.sessions import end_all_sessions
from kernel.identity.models import EndReason, User
from kernel.rbac.managing import managing


@post("/{user_id}/offline")
async def take_offline(user_id: SqidId[User]) -> Updated[User]:
    async with managing([user_id]):
        await end_all_sessions([user_id], EndReason.ENDED_BY_ADMIN)
    return Updated(updated_id=user_id)

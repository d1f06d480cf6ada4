"""Show the sessions of a user, newest first: the last 200."""

from kernel import NotFound, SqidId, fetch_all, get
from kernel.auth.session_records import SessionRecord, sessions_of
from kernel.identity.models import User


@get("/{user_id}/sessions")
async def sessions(user_id: SqidId[User]) -> list[SessionRecord]:
    if not await User.exists(id=user_id):
        raise NotFound.of(User)
    return await fetch_all(sessions_of(user_id), SessionRecord)

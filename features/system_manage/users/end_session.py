"""End one session of a user. One that is over stays as it ended."""

from kernel import NotFound, SqidId, Updated, post
from kernel.auth.sessions import end_session
from kernel.identity.models import EndReason, Session, User
from kernel.rbac.managing import managing


@post("/{user_id}/sessions/{session_id}/end")
async def end(user_id: SqidId[User], session_id: SqidId[Session]) -> Updated[Session]:
    async with managing([user_id]):
        session = await Session.get_or_none(id=session_id, user_id=user_id)
        if session is None:
            raise NotFound.of(Session)
        await end_session(session, EndReason.ENDED_BY_ADMIN)
    return Updated(updated_id=session_id)

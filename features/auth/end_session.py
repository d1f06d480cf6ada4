"""End one of one's own sessions: that of a device which was lost, say."""

from kernel import SIGNED_IN, NotFound, SqidId, Updated, post, require_actor
from kernel.auth.sessions import end_session as end
from kernel.identity.models import EndReason, Session


@post("/sessions/{session_id}/end", access=SIGNED_IN)
async def end_session(session_id: SqidId[Session]) -> Updated[Session]:
    """Somebody else's is as if it were not there (1101)."""
    session = await Session.get_or_none(id=session_id, user_id=require_actor().user_id)
    if session is None:
        raise NotFound.of(Session)
    await end(session, EndReason.ENDED_BY_OWNER)
    return Updated(updated_id=session_id)

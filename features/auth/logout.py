"""Sign out: this session ends, the user's others go on."""

from kernel import SIGNED_IN, Updated, post, require_actor
from kernel.auth.sessions import end_session
from kernel.identity.models import EndReason, Session


@post("/logout", access=SIGNED_IN, open_during_password_change=True)
async def logout() -> Updated[Session]:
    session = await Session.get(family=require_actor().session)
    await end_session(session, EndReason.SIGNED_OUT)
    return Updated(updated_id=session.id)

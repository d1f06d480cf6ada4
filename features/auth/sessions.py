"""Show one's own sessions, newest first: where one is signed in, and what ended."""

from kernel import SIGNED_IN, fetch_all, get, require_actor
from kernel.auth.session_records import SessionRecord, sessions_of


@get("/sessions", access=SIGNED_IN)
async def sessions() -> list[SessionRecord]:
    return await fetch_all(sessions_of(require_actor().user_id), SessionRecord)

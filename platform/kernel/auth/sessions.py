"""Sessions: what begins when somebody has shown who they are."""

from functools import partial

import structlog
from tortoise.expressions import F

from kernel.auth.passwords import hash_password, needs_renewal
from kernel.auth.tokens import TokenPair, issue_pair
from kernel.clock import now
from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import User
from kernel.schema.types import Status
from kernel.unit_of_work.background import defer

log = structlog.get_logger(__name__)


async def open_session(user: User, password: str | None = None) -> TokenPair:
    """Sign a user in, who has just given the right password, or shown otherwise who they are. Raises Refusal 2102 for a disabled account.

    The time, and a new hash for one that was made with other parameters than today's, are written after the answer: who
    knows the password gets in, even while the database cannot save anything.
    """
    if user.status_type != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    await defer(partial(_note_sign_in, user, password))
    return issue_pair(user.id, user.token_version)


async def end_all_sessions(user_id: int) -> None:
    """Within a transaction: every token of the user that was issued until now is dead once it has committed."""
    await User.filter(id=user_id).update(token_version=F("token_version") + 1)


async def _note_sign_in(user: User, password: str | None) -> None:
    changes: dict[str, object] = {"last_login": now()}
    if password and needs_renewal(user.password_hash):
        changes["password_hash"] = await hash_password(password)
    unless_changed_meanwhile = User.filter(id=user.id, password_hash=user.password_hash)
    try:
        # A sign-in is not an edit of the record: the audit columns keep naming whoever edited it last.
        await unless_changed_meanwhile.update(**changes, updated_at=user.updated_at, updated_by=user.updated_by)
    except DRIVER_ERRORS as error:
        log.warning("sign-in not noted", user_name=user.user_name, error=f"{type(error).__name__}: {error}")

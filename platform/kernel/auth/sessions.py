"""Sessions: what begins when somebody has shown who they are."""

from kernel.auth.passwords import hash_password, needs_renewal
from kernel.auth.tokens import TokenPair, issue_pair
from kernel.clock import now
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import User
from kernel.schema.types import Status


async def open_session(user: User, password: str) -> TokenPair:
    """Sign a user in, who has just given the right password. Raises Refusal 2102 for a disabled account.

    Notes the time, and renews a hash that was made with other parameters than today's.
    """
    if user.status_type != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    changes: dict[str, object] = {"last_login": now()}
    if needs_renewal(user.password_hash):
        changes["password_hash"] = await hash_password(password)
    unless_changed_meanwhile = User.filter(id=user.id, password_hash=user.password_hash)
    # A sign-in is not an edit of the record: the audit columns keep naming whoever edited it last.
    await unless_changed_meanwhile.update(**changes, updated_at=user.updated_at, updated_by=user.updated_by)
    return issue_pair(user.id, user.token_version)

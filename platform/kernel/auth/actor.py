"""From an Authorization header to the actor: the user as the database knows them at this moment.

One statement a request, two while somebody acts in the name of another. The database is asked each time, so a disabled user, an ended session or a changed role is in
force on the very next request on every worker.
"""

from kernel.auth.tokens import Token, TokenType, read_token
from kernel.context import Actor, DataScope
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import SUPER_ROLE, User
from kernel.schema.types import Status


async def authenticate(authorization: str | None) -> Actor:
    """The actor behind a Bearer token (RFC 6750). Raises Refusal 2100, 2101, 2102, 2103 or 2106."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not encoded:
        raise Refusal(Code.INVALID_TOKEN)
    return await _load(read_token(encoded.strip(), TokenType.ACCESS))


async def _load(token: Token) -> Actor:
    rows = await User.filter(id=token.user_id).values(
        "user_name",
        "status_type",
        "token_version",
        "must_change_password",
        role_id="roles__id",
        role_code="roles__role_code",
        role_scope="roles__data_scope",
        role_status="roles__status_type",
    )
    if not rows:
        raise Refusal(Code.INVALID_SESSION)
    user = rows[0]
    if user["status_type"] != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    if user["token_version"] != token.token_version:
        raise Refusal(Code.SESSION_INVALIDATED)
    roles = [row for row in rows if row["role_status"] == Status.ENABLED]
    scopes = {row["role_id"]: DataScope(row["role_scope"]) for row in roles}
    return Actor(
        user_id=token.user_id,
        user_name=user["user_name"],
        roles=frozenset(row["role_code"] for row in roles),
        role_scopes=scopes,
        data_scope=DataScope.widest(scopes.values()),
        is_super=any(row["role_code"] == SUPER_ROLE for row in roles),
        must_change_password=user["must_change_password"],
        session=token.session,
        impersonator_id=token.impersonator_id,
        impersonator_name=await _name_of(token.impersonator_id) if token.impersonator_id else None,
    )


async def _name_of(user_id: int) -> str:
    names = await User.filter(id=user_id).values_list("user_name")
    if not names:
        raise Refusal(Code.INVALID_SESSION)
    return names[0][0]

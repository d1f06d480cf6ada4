"""From an Authorization header to the actor: the user as the database knows them at this moment.

No statement and one round trip to Redis, once user, session and grants are kept there (`kernel.hot_cache`); one statement
otherwise, two while somebody acts in the name of another. A disabled user, an ended session or a changed role is in force
on the very next request on every worker.
"""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Self

import structlog

from kernel import hot_cache
from kernel.auth.tokens import Token, TokenType, read_token
from kernel.clock import now
from kernel.context import Actor
from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import GRANTS_KEY, session_key, user_key
from kernel.identity.grants import grants_at, grants_version, version_column
from kernel.identity.models import SUPER_ROLE, Session, User
from kernel.schema.types import Status
from kernel.unit_of_work.background import defer

SEEN_EVERY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UserState:
    """What a request needs to know of a user."""

    user_name: str
    enabled: bool
    token_version: int
    must_change_password: bool
    role_ids: list[int]

    @classmethod
    def of(cls, rows: list[dict[str, Any]]) -> Self:
        """From one row for each role."""
        return cls(
            rows[0]["user_name"],
            rows[0]["status"] == Status.ENABLED,
            rows[0]["token_version"],
            rows[0]["must_change_password"],
            sorted([row["role_id"] for row in rows if row["role_id"] is not None]),
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """As `write` wrote it."""
        return cls(**json.loads(text))

    def write(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class _Known:
    """All that a token is held against."""

    user: UserState
    session_is_over: bool
    grants_version: int
    impersonator: UserState | None


async def authenticate(authorization: str | None) -> Actor:
    """The actor behind a Bearer token (RFC 6750). Raises Refusal 2100, 2101, 2102, 2103 or 2106."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not encoded:
        raise Refusal(Code.INVALID_TOKEN)
    token = read_token(encoded.strip(), TokenType.ACCESS)
    known = await _kept(token) or await _load(token)
    if not known.user.enabled:
        raise Refusal(Code.ACCOUNT_DISABLED)
    if known.session_is_over or known.user.token_version != token.token_version:
        raise Refusal(Code.SESSION_INVALIDATED)
    grants = await grants_at(known.grants_version)
    held = grants.of(known.user.role_ids)
    is_super = any(role.code == SUPER_ROLE for role in held)
    if known.impersonator:
        codes = {role.code for role in grants.of(known.impersonator.role_ids)}
        if not known.impersonator.enabled or SUPER_ROLE not in codes or is_super:  # nobody acts for one of these
            raise Refusal(Code.SESSION_INVALIDATED)
    return Actor(
        user_id=token.user_id,
        user_name=known.user.user_name,
        held=held,
        is_super=is_super,
        must_change_password=known.user.must_change_password,
        session=token.session,
        impersonator_id=token.impersonator_id,
        impersonator_name=known.impersonator and known.impersonator.user_name,
    )


_OVER, _LIVE = "over", "live"


def _names(token: Token) -> list[str]:
    names = [user_key(token.user_id), session_key(token.session), GRANTS_KEY]
    return [*names, user_key(token.impersonator_id)] if token.impersonator_id else names


async def _kept(token: Token) -> _Known | None:
    """From Redis, if all of it is there."""
    user, session, version, *impersonator = await hot_cache.read(_names(token))
    if user is None or session is None or version is None or None in impersonator:
        return None
    try:
        acting = [UserState.read(each) for each in impersonator if each]
        return _Known(UserState.read(user), session != _LIVE, int(version), next(iter(acting), None))
    except (ValueError, TypeError):  # written by nobody of us, or by another version
        return None


async def _load(token: Token) -> _Known:
    """From the database, and kept for the next request."""
    taken = await hot_cache.lease(_names(token))
    found = Session.filter(family=token.session, user_id=token.user_id).annotate(version=version_column())
    rows = await found.values("id", "ended_at", "last_seen", "impersonator_id", "version", **_user_columns("user__"))
    if not rows or rows[0]["impersonator_id"] != token.impersonator_id:
        await hot_cache.keep({GRANTS_KEY: str(await grants_version())}, taken)  # or its lease would keep others from it
        raise Refusal(Code.INVALID_SESSION)
    version = rows[0]["version"] or 0
    acting = await User.filter(id=token.impersonator_id).values(**_user_columns()) if token.impersonator_id else []
    if token.impersonator_id and not acting:  # deleted since
        raise Refusal(Code.INVALID_SESSION)
    impersonator = UserState.of(acting) if acting else None
    known = _Known(UserState.of(rows), rows[0]["ended_at"] is not None, version, impersonator)
    kept = [known.user.write(), _OVER if known.session_is_over else _LIVE, str(version)]
    if impersonator:
        kept.append(impersonator.write())
    await hot_cache.keep(dict(zip(_names(token), kept, strict=True)), taken)
    if now() - rows[0]["last_seen"] >= SEEN_EVERY and not known.session_is_over:
        await defer(partial(_note_seen, rows[0]["id"]))
    return known


def _user_columns(user: str = "") -> dict[str, str]:
    return {
        "user_name": f"{user}user_name",
        "status": f"{user}status_type",
        "token_version": f"{user}token_version",
        "must_change_password": f"{user}must_change_password",
        "role_id": f"{user}roles__id",
    }


async def _note_seen(session_id: int) -> None:
    try:
        await Session.filter(id=session_id).update(last_seen=now())
    except DRIVER_ERRORS as error:
        log.warning("session not noted as seen", error=f"{type(error).__name__}: {error}")

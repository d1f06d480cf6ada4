"""Sessions: what begins when somebody has shown who they are, and how it ends.

A session is a row, and its pairs of tokens are generations: each refresh spends the pair before (RFC 9700 section 4.14.2, refresh
token rotation). A spent refresh token ends the session, as either of two has stolen it; for RACE_SECONDS after the
rotation, however, it is taken for a client that asked twice, and gets the same new pair.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial

import structlog
from tortoise.expressions import F, Q

from kernel.auth.login_log import record_ends
from kernel.auth.passwords import hash_password, needs_renewal
from kernel.auth.tokens import Token, TokenPair, TokenType, issue_pair, new_session_name, read_token
from kernel.clock import now
from kernel.context import client
from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import sessions_changed, users_changed
from kernel.identity.models import SUPER_ROLE, EndReason, SecurityEvent, Session, User
from kernel.schema.types import Status
from kernel.settings import settings
from kernel.unit_of_work.background import defer
from kernel.unit_of_work.transaction import transaction

RACE_SECONDS = 10
_PRUNED_AT_ONCE = 10
_LOGGED_AS = {
    EndReason.SIGNED_OUT: SecurityEvent.SIGN_OUT,
    EndReason.TOKEN_REUSED: SecurityEvent.TOKEN_REUSE,
    **dict.fromkeys(
        (EndReason.ENDED_BY_OWNER, EndReason.ENDED_BY_ADMIN, EndReason.ACCOUNT_DISABLED, EndReason.ROLE_OFFLINE),
        SecurityEvent.SESSION_END,
    ),
}
"""The login log tells of the others by what led to them: another password, the end of an impersonation."""

log = structlog.get_logger(__name__)


async def open_session(user: User, *, impersonator_id: int | None = None) -> TokenPair:
    """Sign a user in, who has just shown who they are. Raises Refusal 2102 for a disabled account."""
    if user.status_type != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    origin, moment = client(), now()
    async with transaction(__name__):
        session = await Session.create(
            family=new_session_name(),
            user_id=user.id,
            impersonator_id=impersonator_id,
            address=origin.address,
            agent=origin.agent,
            created_at=moment,
            last_seen=moment,
            rotated_at=moment,
            expires_at=moment + _lifetime(),
        )
        if impersonator_id is None:
            # A sign-in is not an edit of the record: the audit columns keep naming whoever edited it last.
            mine = User.filter(id=user.id)
            await mine.update(last_login=moment, updated_at=user.updated_at, updated_by=user.updated_by)
    await defer(_prune)
    return _pair_of(session, user)


async def renew_hash(user: User, password: str) -> None:
    """After the answer: store the password, which was right, as a hash of today's parameters, if it was made with others."""
    if needs_renewal(user.password_hash):
        await defer(partial(_renew_hash, user, password))


async def refresh_session(refresh_token: str) -> TokenPair:
    """The next pair of the session. Not within a transaction, as a refusal may have to be kept.

    Raises Refusal 2100, 2105, and what `authenticate` does; 2106 for a spent token, after it has ended the session.
    """
    token = read_token(refresh_token, TokenType.REFRESH)
    session = await _session_of(token)
    user = await session.user
    if user.status_type != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    if session.ended_at or user.token_version != token.token_version:
        raise Refusal(Code.SESSION_INVALIDATED)
    if session.impersonator_id and not await _may_impersonate(session.impersonator_id):
        raise Refusal(Code.SESSION_INVALIDATED)
    if token.generation == session.generation and await _rotate(session):
        return _pair_of(session, user)
    session = await _session_of(token)
    is_race = now() - session.rotated_at <= timedelta(seconds=RACE_SECONDS)
    if token.generation == session.generation - 1 and is_race and not session.ended_at:
        return _pair_of(session, user)
    async with transaction(__name__):
        await end_session(session, EndReason.TOKEN_REUSED)
    raise Refusal(Code.SESSION_INVALIDATED)


async def end_session(session: Session, reason: EndReason) -> bool:
    """Within a transaction: its tokens are dead once it has committed. Returns whether that ended it; one that is over stays
    as it ended.
    """
    return await _end(Q(id=session.id), [session.user_id], reason)


async def end_all_sessions(user_ids: Iterable[int], reason: EndReason) -> None:
    """Within a transaction: every token of these users, or issued to them as impersonators, is dead once it has committed."""
    ids = sorted(user_ids)
    users_changed(ids)
    # As one statement each, so that of two who end them at once none is lost.
    await User.filter(id__in=ids).update(token_version=F("token_version") + 1)
    await _end(Q(user_id__in=ids) | Q(impersonator_id__in=ids), ids, reason)


async def _end(which: Q, user_ids: Collection[int], reason: EndReason) -> bool:
    open_ones = Session.filter(which, ended_at__isnull=True)
    sessions_changed([str(family) for family in await open_ones.values_list("family", flat=True)])
    ended = await open_ones.update(ended_at=now(), end_reason=reason)
    if event := _LOGGED_AS.get(reason):
        await record_ends(event, await User.filter(id__in=user_ids).order_by("id"), reason)
    return ended > 0


async def _session_of(token: Token) -> Session:
    session = await Session.get_or_none(family=token.session, user_id=token.user_id)
    if session is None:
        raise Refusal(Code.INVALID_SESSION)
    return session


async def _may_impersonate(user_id: int) -> bool:
    """Whether the user is still a super administrator: nobody else acts in the name of others."""
    return await User.filter(id=user_id, status_type=Status.ENABLED, roles__role_code=SUPER_ROLE).exists()


async def _rotate(session: Session) -> bool:
    """Whether it was this one of several at once that spent the pair."""
    former = Session.filter(id=session.id, generation=session.generation, ended_at__isnull=True)
    moment = now()
    session.generation, session.rotated_at, session.expires_at = session.generation + 1, moment, moment + _lifetime()
    return bool(
        await former.update(
            generation=session.generation,
            rotated_at=moment,
            expires_at=session.expires_at,
            last_seen=moment,
            address=client().address,
        )
    )


def _pair_of(session: Session, user: User) -> TokenPair:
    """The same one whenever it is asked for: whoever asks twice within the race has one pair, not two."""
    return issue_pair(
        user.id,
        user.token_version,
        session=session.family,
        generation=session.generation,
        issued_at=session.rotated_at,
        impersonator_id=session.impersonator_id,
    )


def _lifetime() -> timedelta:
    return timedelta(minutes=settings().jwt_refresh_token_expire_minutes)


async def _renew_hash(user: User, password: str) -> None:
    unless_changed_meanwhile = User.filter(id=user.id, password_hash=user.password_hash)
    try:
        await unless_changed_meanwhile.update(
            password_hash=await hash_password(password), updated_at=user.updated_at, updated_by=user.updated_by
        )
    except DRIVER_ERRORS as error:
        log.warning("hash not renewed", user_name=user.user_name, error=f"{type(error).__name__}: {error}")


async def _prune() -> None:
    """Each sign-in takes some with it whose tokens have expired, so that the table holds a week."""
    over = await Session.filter(expires_at__lte=now()).order_by("expires_at").limit(_PRUNED_AT_ONCE).values_list("id")
    if over:
        await Session.filter(id__in=[row_id for (row_id,) in over]).delete()

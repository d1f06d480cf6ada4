"""The login log: sign-ins, well or not, and what else an auditor asks for, in a table of its own; old entries go by age."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from kernel.clock import now
from kernel.context import client, current_actor, request_id, use_case
from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.refusals import Refusal, TransportRefusal
from kernel.identity.models import ADMIN_ROLE, LoginLog, SecurityEvent, User
from kernel.settings import settings

UNBOUNDED = frozenset([Code.LOGIN_LOCKED])
_PRUNED_AT_ONCE = 10
_LATELY_AT_MOST = 100

log = structlog.get_logger(__name__)


@asynccontextmanager
async def recording(
    event: SecurityEvent, *, user_name: str | None = None, user_id: int | None = None, phone: str | None = None
) -> AsyncIterator[None]:
    """Log what is tried within, and how it ends: a refusal by its code. Not within a transaction, whose rollback would take it.

    About the user of this name, id or phone, if there is one at the end. A name that nobody has is not kept: people type passwords into the wrong field.
    """
    try:
        yield
    except TransportRefusal:  # too busy to look; a flood is to leave no rows
        raise
    except Refusal as refusal:
        await record(event, refusal.code, user_name=user_name, user_id=user_id, phone=phone)
        raise
    await record(event, user_name=user_name, user_id=user_id, phone=phone)


async def record(
    event: SecurityEvent,
    code: ResponseCode = Code.SUCCESS,
    *,
    user_name: str | None = None,
    user_id: int | None = None,
    phone: str | None = None,
    detail: str | None = None,
) -> None:
    """Write one entry, about the actor unless somebody is named. On a database that cannot save, the log line has to do."""
    actor = current_actor()
    named = {"id": user_id, "user_name": user_name, "user_phone": phone}
    who = {column: value for column, value in named.items() if value is not None}
    if not who and actor:
        who = {"id": actor.user_id}
    try:
        about = await User.filter(**who).first() if who else None
        entry = _entry(event, code, about, detail)
        if not await _is_repeated(entry):
            await entry.save()
            await _prune()
    except DRIVER_ERRORS as error:
        log.warning("login log not written", security_event=event.value, code=code.value, error=str(error))


async def record_ends(event: SecurityEvent, users: Iterable[User], reason: str) -> None:
    """Within the transaction that ends sessions of these users: one entry for each of them."""
    await LoginLog.bulk_create([_entry(event, Code.SUCCESS, user, reason) for user in users])


def _entry(event: SecurityEvent, code: ResponseCode, about: User | None, detail: str | None) -> LoginLog:
    actor, origin = current_actor(), client()
    by = actor and (actor.impersonator_name or actor.user_name)
    return LoginLog(
        created_at=now(),
        event=event,
        code=code.value,
        user_id=about and about.id,
        user_name=about and about.user_name,
        by_user_name=by if about is None or by != about.user_name else None,
        address=origin.address,
        agent=origin.agent,
        request_id=request_id(),
        detail=detail,
    )


async def record_denial(code: ResponseCode) -> None:
    """Log what was refused to an administrator, or to somebody at a super administrator's door."""
    actor = current_actor()
    if actor and (actor.is_super or ADMIN_ROLE in actor.roles or code is Code.SUPER_ADMIN_ONLY):
        await record(SecurityEvent.DENIAL, code, detail=use_case())


async def _is_repeated(entry: LoginLog) -> bool:
    """Whether it is one of a flood, of which a minute's first is kept: of what nothing else bounds.

    Wrong passwords of a user are few, as the name is locked then. It is asked for these too: a name that nobody has costs
    no more than one that somebody has.
    """
    if entry.code == Code.SUCCESS:
        return False
    same = {name: getattr(entry, name) for name in ("event", "code", "address", "detail")}
    lately = LoginLog.filter(**same, created_at__gt=entry.created_at - timedelta(minutes=1)).order_by("-id")
    about = await lately.limit(_LATELY_AT_MOST).values_list("user_id", flat=True)
    is_bounded = entry.user_id is not None and entry.code not in UNBOUNDED and entry.event is not SecurityEvent.DENIAL
    return not is_bounded and entry.user_id in about


async def _prune() -> None:
    oldest = now() - timedelta(days=settings().login_log_retention_days)
    over = LoginLog.filter(created_at__lt=oldest).order_by("created_at").limit(_PRUNED_AT_ONCE)
    if ids := await over.values_list("id", flat=True):
        await LoginLog.filter(id__in=list(ids)).delete()

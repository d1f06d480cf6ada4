"""The login log: sign-ins, well or not, and what else an auditor asks for, in a table of its own; old entries go by age."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from kernel.clock import now
from kernel.context import client, current_actor, request_id, use_case
from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.refusals import Refusal
from kernel.identity.models import ADMIN_ROLE, LoginLog, SecurityEvent, User
from kernel.settings import settings

_PRUNED_AT_ONCE = 10

log = structlog.get_logger(__name__)


@asynccontextmanager
async def recording(
    event: SecurityEvent, *, user_name: str | None = None, user_id: int | None = None
) -> AsyncIterator[None]:
    """Log what is tried within, and how it ends: a refusal by its code. Not within a transaction, whose rollback would take it.

    About the user of this name or id. A name that nobody has is not kept: people type passwords into the wrong field.
    """
    try:
        yield
    except Refusal as refusal:
        await record(event, refusal.code, user_name=user_name, user_id=user_id)
        raise
    await record(event, user_name=user_name, user_id=user_id)


async def record(
    event: SecurityEvent,
    code: ResponseCode = Code.SUCCESS,
    *,
    user_name: str | None = None,
    user_id: int | None = None,
    detail: str | None = None,
) -> None:
    """Write one entry, about the actor unless somebody is named. On a database that cannot save, the log line has to do."""
    actor, origin = current_actor(), client()
    if user_name is None and user_id is None and actor:
        user_id = actor.user_id
    try:
        found = User.filter(id=user_id) if user_id is not None else User.filter(user_name=user_name or "")
        about = await found.first()
        by = actor and (actor.impersonator_name or actor.user_name)
        await LoginLog.create(
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
        await _prune()
    except DRIVER_ERRORS as error:
        log.warning("login log not written", security_event=event.value, code=code.value, error=str(error))


async def record_denial(code: ResponseCode) -> None:
    """Log what was refused to an administrator, or to somebody at a super administrator's door."""
    actor = current_actor()
    if actor and (actor.is_super or ADMIN_ROLE in actor.roles or code is Code.SUPER_ADMIN_ONLY):
        await record(SecurityEvent.DENIAL, code, detail=use_case())


async def _prune() -> None:
    oldest = now() - timedelta(days=settings().login_log_retention_days)
    over = LoginLog.filter(created_at__lt=oldest).order_by("created_at").limit(_PRUNED_AT_ONCE)
    if ids := await over.values_list("id", flat=True):
        await LoginLog.filter(id__in=list(ids)).delete()

"""Codes that are sent to a phone: who types one in holds the phone.

A code has six digits, lives for five minutes, is used once, and may be tried five times. A phone is sent one a minute and
ten a day. All of it is counted in the database, as in `lockout`; of phone and code only digests are kept.

    async with trying_code(phone, code, SecurityEvent.CODE_SIGN_IN) as right:  # counted and committed before it is compared
        async with right.spent():  # a transaction: the code is gone with the commit of what it allows
            ...
"""

import asyncio
import hashlib
import hmac
import inspect
import math
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import cast

import structlog
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection

from kernel.auth.login_log import recording
from kernel.clock import now
from kernel.errors.codes import Code
from kernel.errors.operator import SettingsError
from kernel.errors.refusals import Refusal
from kernel.identity.models import Captcha, SecurityEvent
from kernel.settings import settings
from kernel.unit_of_work.transaction import transaction

LIFETIME, PAUSE, DAY = timedelta(minutes=5), timedelta(minutes=1), timedelta(days=1)
MAX_TRIES = 5
MOST_A_DAY = 10
SEND_SECONDS = 10
_PRUNED_AT_ONCE = 10
_UNITS = (("hour", 3600), ("minute", 60))

Sender = Callable[[str, str], Awaitable[None]]
"""`await send(phone, code)`. What it raises is logged, and the caller told that the code could not be sent."""

log = structlog.get_logger(__name__)


def captcha_sender() -> Sender | None:
    """The function that CAPTCHA_SENDER names, None if it names none. Raises SettingsError for one that cannot send."""
    path = settings().captcha_sender
    return _imported(path) if path else None


async def send_code(phone: str) -> None:
    """Send the phone a new code, which takes the place of the last one.

    Raises Refusal 2403 over the limits, without a sender, and where that fails or takes longer than 10 seconds; what was not
    sent counts as well, as nobody knows whether it came. Not within a transaction: that would be held all the while.
    """
    assert not _within_transaction(), "nothing is held while a code is sent"
    send = captcha_sender() or _log_writer()
    code = f"{secrets.randbelow(10**6):06}"
    await _store(phone, code)
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send(phone, code)
    except Exception as error:  # whatever the sender raises
        reason = f"{type(error).__name__}: {error}".replace(code, "******")
        log.error("code not sent", sender=settings().captcha_sender, error=reason)
        raise Refusal(Code.CAPTCHA_SEND_FAILED, "The code could not be sent. Try again in a minute.") from None


@dataclass(frozen=True, slots=True)
class RightCode:
    """A code that was tried, and is the phone's."""

    phone: str
    code: str = field(repr=False)

    @asynccontextmanager
    async def spent(self) -> AsyncIterator[None]:
        """The transaction of what the code allows. What is raised within leaves it to be tried again.

        Raises Refusal 2402 if somebody else was faster, or another code was sent meanwhile.
        """
        async with transaction(__name__):
            digests = {"phone_digest": _phone_digest(self.phone), "code_digest": _code_digest(self.phone, self.code)}
            if not await Captcha.filter(**digests).update(code_digest=None):
                raise Refusal(Code.CAPTCHA_INVALID)
            yield


@asynccontextmanager
async def trying_code(phone: str, code: str, event: SecurityEvent) -> AsyncIterator[RightCode]:
    """Do within what the code may allow; the login log tells how it ended.

    Raises Refusal 2402 unless this is the phone's code. Every try counts, the right one too; after five the code is dead.
    Not within a transaction, whose rollback would undo the count.
    """
    assert not _within_transaction(), "tries are counted outside transactions"
    in_force = Captcha.filter(
        phone_digest=_phone_digest(phone), code_digest__isnull=False, expires_at__gt=now(), tries__lt=MAX_TRIES
    )
    if not await in_force.exists():  # a flood of guesses locks nothing, and writes nothing
        raise Refusal(Code.CAPTCHA_INVALID)
    async with recording(event, phone=phone):
        async with transaction(__name__):
            row = await in_force.select_for_update().get_or_none()
            if row is None:
                raise Refusal(Code.CAPTCHA_INVALID)
            row.tries += 1
            await row.save(update_fields=["tries"])
        if not hmac.compare_digest(cast("str", row.code_digest), _code_digest(phone, code)):
            raise Refusal(Code.CAPTCHA_INVALID)
        yield RightCode(phone, code)


async def _store(phone: str, code: str) -> None:
    """Put the code in the place of the phone's last one, and count it. Raises Refusal 2403 over the limits."""
    phone_digest, moment = _phone_digest(phone), now()
    async with transaction(__name__):
        row = await Captcha.select_for_update().get_or_none(phone_digest=phone_digest)
        if row is None:
            await _prune()
            new = Captcha(phone_digest=phone_digest, expires_at=moment, sent_at=moment - PAUSE, day_began_at=moment)
            await Captcha.bulk_create([new], ignore_conflicts=True)  # somebody may have been faster
            row = await Captcha.select_for_update().get(phone_digest=phone_digest)
        if row.sent_at + PAUSE > moment:
            raise _too_soon("This phone was sent a code less than a minute ago.", row.sent_at + PAUSE - moment)
        if row.day_began_at + DAY <= moment:
            row.day_began_at, row.sent_that_day = moment, 0
        if row.sent_that_day >= MOST_A_DAY:
            raise _too_soon(f"This phone was sent {MOST_A_DAY} codes within a day.", row.day_began_at + DAY - moment)
        row.code_digest, row.tries = _code_digest(phone, code), 0
        row.sent_at, row.expires_at = moment, moment + LIFETIME
        row.sent_that_day += 1
        await row.save()


async def _prune() -> None:
    """Each new phone takes some with it to which nothing was sent for a day, so that the table holds a day."""
    over = Captcha.filter(expires_at__lte=now() - DAY).order_by("expires_at").limit(_PRUNED_AT_ONCE)
    rows = await over.select_for_update(skip_locked=True)  # waiting for one another, two would wait for ever
    if rows:
        await Captcha.filter(id__in=[row.id for row in rows]).delete()


def _too_soon(reason: str, wait: timedelta) -> Refusal:
    seconds = math.ceil(wait.total_seconds())
    unit, size = next((each for each in _UNITS if seconds > each[1]), ("second", 1))
    number = math.ceil(seconds / size)
    plural = "s" if number > 1 else ""
    return Refusal(Code.CAPTCHA_SEND_FAILED, f"{reason} Try again in {number} {unit}{plural}.")


def _phone_digest(phone: str) -> str:
    return hashlib.sha256(phone.encode()).hexdigest()


def _code_digest(phone: str, code: str) -> str:
    """Under the signing key, as a digest of six digits alone is soon found out."""
    return hmac.digest(settings().signing_key.encode(), f"captcha:{phone}:{code}".encode(), "sha256").hex()


def _within_transaction() -> bool:
    return isinstance(get_connection("default"), TransactionalDBClient)


@cache
def _imported(path: str) -> Sender:
    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
        inspect.signature(found).bind("phone", "code")
    except Exception as error:  # whatever stands in the module
        raise SettingsError(f"CAPTCHA_SENDER={path!r}: {type(error).__name__}: {error}") from error
    if not inspect.iscoroutinefunction(found):
        raise SettingsError(f"CAPTCHA_SENDER={path!r}: allowed: async def {name}(phone: str, code: str) -> None")
    return found


def _log_writer() -> Sender:
    if not settings().app_debug:
        raise Refusal(Code.CAPTCHA_SEND_FAILED, "This server sends no codes: its operator has set no CAPTCHA_SENDER.")
    return _write_to_log


async def _write_to_log(phone: str, code: str) -> None:
    log.info("code written to the log, as there is no CAPTCHA_SENDER", phone=phone, code=code)

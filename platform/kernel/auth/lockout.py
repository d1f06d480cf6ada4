"""The lock on guessing: five failed sign-ins for one name within 15 minutes lock that name for 15 minutes.

Counted in the database, for names that nobody has too: Redis may vanish, and five would be five for each worker (decision
0014). All addresses share one count of the name, but those from which the user has signed in lately: each of these has its
own. So whoever locks a name, over and over, shuts nobody out of where they usually are (decision 0018).
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection

from kernel.auth.passwords import queueing
from kernel.clock import now
from kernel.context import client
from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import LoginFailures, Session
from kernel.unit_of_work.transaction import transaction

MAX_FAILURES = 5
WINDOW_SECONDS = 15 * 60
_PRUNED_AT_ONCE = 10
_MOST_UNWRITTEN = 10_000

log = structlog.get_logger(__name__)

_unwritten: dict[str, LoginFailures] = {}
"""What could not be written, by name: on a full disk people still sign in, and guesses are counted in this process."""


@asynccontextmanager
async def limit_guesses(user_name: str) -> AsyncIterator[None]:
    """Verify a password within. A refusal 2401 or 2405 counts as a failure of the name; going through clears the count.

    Raises Refusal 2408 while the name is locked, even for the right password; TransportRefusal 503 if too many sign in
    at once. Not within a transaction: its rollback would undo the count.
    """
    assert not isinstance(get_connection("default"), TransactionalDBClient), "guesses are counted outside transactions"
    async with queueing():
        counter = await counter_of(user_name)
        await refuse_if_locked(counter)
        try:
            yield
        except Refusal as refusal:
            if refusal.code in (Code.WRONG_CREDENTIALS, Code.OLD_PASSWORD_WRONG):
                await count_failure(counter)
            raise
        # Once more: of many guesses at once, those that were verified after the fifth failure come too late.
        if await refuse_if_locked(counter):
            await forget_failures(counter)


async def counter_of(user_name: str) -> str:
    """Which count a guess from here goes to: the name's, or that of a usual address of the user."""
    address = client().address
    usual = Session.filter(user__user_name=user_name, address=address, impersonator_id=None)
    is_usual = await usual.exists() and address is not None
    return _counter(user_name, address if is_usual else None)


def _counter(user_name: str, address: str | None = None) -> str:
    """A digest is all that is stored: people type passwords into the wrong field."""
    return hashlib.sha256(f"{user_name}\n{address}".encode() if address else user_name.encode()).hexdigest()


async def refuse_if_locked(counter: str) -> bool:
    """Raise Refusal 2408 while the count locks. Returns whether there is one."""
    counts = [await LoginFailures.get_or_none(name_digest=counter), _unwritten.get(counter)]
    in_force = [each for each in counts if each and each.expires_at > now()]
    if any(each.failures >= MAX_FAILURES for each in in_force):
        raise Refusal(Code.LOGIN_LOCKED)
    return bool(in_force)


async def count_failure(counter: str) -> None:
    """Count a failed sign-in. The fifth starts the 15 minutes of the lock anew.

    Raises Refusal 2408 from the sixth on: of many guesses at once, the right one, which is refused as locked, must
    not stand out among wrong ones that are refused as wrong.
    """
    try:
        failures = await _count(counter)
    except DRIVER_ERRORS as error:
        log.warning("failed sign-in not written, counting in process", error=str(error))
        failures = _count_here(counter)
    if failures > MAX_FAILURES:
        raise Refusal(Code.LOGIN_LOCKED)


async def forget_failures(counter: str) -> None:
    """A successful sign-in clears the count, unless it locks since meanwhile."""
    _unwritten.pop(counter, None)
    try:
        await LoginFailures.filter(name_digest=counter, failures__lt=MAX_FAILURES).delete()
    except DRIVER_ERRORS as error:
        log.warning("count of failed sign-ins not cleared", error=str(error))


async def unlock(user_name: str) -> None:
    """Within a transaction: clear every count of the name, locked or not, with whose password they were counted for."""
    sessions = Session.filter(user__user_name=user_name, impersonator_id=None)
    addresses = await sessions.distinct().values_list("address", flat=True)
    counters = [_counter(user_name), *(_counter(user_name, str(address)) for address in addresses if address)]
    for counter in counters:
        _unwritten.pop(counter, None)
    await LoginFailures.filter(name_digest__in=counters).delete()


async def _count(counter: str) -> int:
    async with transaction(__name__):
        row = await LoginFailures.select_for_update().get_or_none(name_digest=counter)
        if row is None:
            await _prune()
            new = LoginFailures(name_digest=counter, failures=0, expires_at=now())
            await LoginFailures.bulk_create([new], ignore_conflicts=True)  # somebody may have been faster
            row = await LoginFailures.select_for_update().get(name_digest=counter)
        _add_one(row, now())
        await row.save(update_fields=["failures", "expires_at"])
        return row.failures


def _count_here(counter: str) -> int:
    if len(_unwritten) >= _MOST_UNWRITTEN:
        del _unwritten[next(iter(_unwritten))]
    row = _unwritten.setdefault(counter, LoginFailures(name_digest=counter, failures=0, expires_at=now()))
    _add_one(row, now())
    return row.failures


def _add_one(row: LoginFailures, moment: datetime) -> None:
    if row.expires_at <= moment:
        row.failures = 0
    row.failures += 1
    if row.failures in (1, MAX_FAILURES):
        row.expires_at = moment + timedelta(seconds=WINDOW_SECONDS)


async def _prune() -> None:
    """Each new name takes some with it whose time is over, so that the table holds a quarter of an hour."""
    over = LoginFailures.filter(expires_at__lte=now()).order_by("expires_at").limit(_PRUNED_AT_ONCE)
    rows = await over.select_for_update(skip_locked=True)  # waiting for one another, two would wait for ever
    if rows:
        await LoginFailures.filter(id__in=[row.id for row in rows]).delete()

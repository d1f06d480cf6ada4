"""Reactions, run: at once after the commit in the process that told, and by any process's relay where that did not succeed.

**At least once**, in order for each subject and listening module. A reaction's writes and the note that it is done are one
transaction, so in the common database its effects are there once; what it does outside may happen again. It is begun
`EVENT_ATTEMPTS` times at most, each time later than before; then it is parked.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from tortoise.exceptions import ValidationError
from tortoise.expressions import F, Subquery

from kernel.clock import now
from kernel.context import accept_request_id, set_use_case
from kernel.database.driver_errors import DRIVER_ERRORS, DatabaseBusy, is_conflict, is_unavailable
from kernel.settings import settings
from kernel.unit_of_work import outbox
from kernel.unit_of_work.background import deferring
from kernel.unit_of_work.events import Reaction, current_id, from_json, reaction_to
from kernel.unit_of_work.models import DeliveryState, EventDelivery
from kernel.unit_of_work.outbox import Chain
from kernel.unit_of_work.retelling import retell_some
from kernel.unit_of_work.transaction import deliver_with, transaction

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 3600
PRUNING_PAUSE_SECONDS = 3600
_CHAINS_AT_ONCE = 4
_CHAINS_AHEAD = 200
_LINKS_IN_A_ROW = 100
_ERROR_LENGTH = 2000


def pause_after(attempts: int) -> timedelta:
    """How long a reaction that has failed so often is left alone: 1 s, 4 s, 16 s, ... an hour."""
    return timedelta(seconds=min(4 ** min(attempts - 1, 10), LONGEST_PAUSE_SECONDS))


async def deliver(chains: Collection[Chain]) -> None:
    """Work off these chains, as far as they are due."""
    try:
        for chain in chains:
            await _work_off(chain)
    except DRIVER_ERRORS as error:
        log.warning("events wait for the database", error=str(error))


deliver_with(deliver)


async def _work_off(chain: Chain) -> int:
    """Returns how many reactions were begun."""
    for begun in range(_LINKS_IN_A_ROW):
        head = await outbox.head_of(chain)
        if head is None or head.state is DeliveryState.PARKED or head.due_at > now() or not await _begin(head):
            return begun
        # In a task, whose context is its own: nobody's, in no transaction, and no reaction leaves a trace in the next one.
        if not await asyncio.create_task(_attempt(head)):
            return begun + 1
    return _LINKS_IN_A_ROW


async def _begin(head: EventDelivery) -> bool:
    """Count the attempt, and leave it alone for as long as after a failure, unless another process is at it.

    Before it runs: so several processes do not count it as several, and one that ends its process rests, and is parked, too.
    """
    as_read = {"id": head.id, "state": DeliveryState.PENDING, "attempts": head.attempts}
    mine = EventDelivery.filter(**as_read, due_at__lte=now())
    free = Subquery(mine.select_for_update(skip_locked=True).only("id"))  # values() would not lock
    row, begun = EventDelivery.filter(id__in=free), head.attempts + 1
    if head.attempts < settings().event_attempts:
        return bool(await row.update(attempts=begun, due_at=now() + pause_after(begun)))
    error = f"begun {head.attempts} times, and how it went was never noted: perhaps it ends its process"
    if await row.update(state=DeliveryState.PARKED, error=error):
        log.error("reaction parked", delivery=head.id, event_told=head.event, subject=head.subject, reason=error)
    return False


async def _attempt(head: EventDelivery) -> bool:
    """Returns whether it went well."""
    accept_request_id(head.request_id)  # and nobody asks: set_actor(None) is part of it
    set_use_case(head.reaction)
    current_id.set(head.event_id)
    try:
        reaction = reaction_to(head.event, head.reaction)
        if reaction is None:
            raise LookupError(f"{head.reaction} does not react to {head.event} any more")
        async with asyncio.timeout(settings().reaction_timeout_seconds):
            await _react(reaction, head)
    except Exception as error:
        await _failed(head, error)
        return False
    return True


async def _react(reaction: Reaction, head: EventDelivery) -> None:
    async with transaction(__name__):
        pending = EventDelivery.filter(id=head.id, state=DeliveryState.PENDING)
        # Waits for who only looks whether it is free; who runs it for longer than its pause would have kept us from beginning.
        if not await pending.select_for_update().first():
            return  # another process had it
        # The same transaction, unless the module has a database of its own.
        async with transaction(reaction.handler.__module__):
            await reaction.handler(from_json(head.event, head.payload))
        await pending.update(state=DeliveryState.DONE, done_at=now(), error=None)


async def _failed(head: EventDelivery, error: Exception) -> None:
    row, attempts = EventDelivery.filter(id=head.id, state=DeliveryState.PENDING), head.attempts + 1
    pause = pause_after(attempts)
    if isinstance(error, DatabaseBusy):  # it did not run
        changes, outcome = {"attempts": F("attempts") - 1, "due_at": now() + pause_after(1)}, None
    elif attempts < settings().event_attempts:
        changes, outcome = {"due_at": now() + pause}, f"tried again in {pause.total_seconds():g} s"
    else:
        changes, outcome = {"state": DeliveryState.PARKED}, "parked; see just events"
    text = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH].replace("\0", "")
    try:
        await row.update(**changes, error=text)
    except DRIVER_ERRORS as unwritten:
        outcome = f"tried again, as this could not be noted: {unwritten}"
    if outcome:
        log.error(
            "reaction failed",
            delivery=head.id,
            event_told=head.event,
            subject=head.subject,
            attempts=attempts,
            outcome=outcome,
            error=text,
            exc_info=None if is_unavailable(error) or is_conflict(error) else error,  # which say where the database is
        )


async def catch_up() -> int:
    """Retell and react until nothing is due. Returns how many reactions were begun."""
    begun = 0
    while True:
        told = await retell_some()
        chains = await outbox.due_chains(_CHAINS_AHEAD)
        random.shuffle(chains)  # several processes have the same list
        some = await _work_off_side_by_side(chains)
        begun += some
        if not told and not some:
            return begun


async def _work_off_side_by_side(chains: list[Chain]) -> int:
    async def work() -> int:
        begun = 0
        while chains:
            async with deferring():
                chain = chains.pop()
                try:
                    begun += await _work_off(chain)
                except Exception as error:
                    if isinstance(error, DRIVER_ERRORS) and not isinstance(error, ValidationError):
                        raise
                    log.exception("events cannot be read", listener=chain.listener, subject=chain.subject)
        return begun

    return sum(await asyncio.gather(*[work() for _ in range(min(_CHAINS_AT_ONCE, len(chains)))]))


async def relay() -> None:
    """Take up for ever what nobody finished: at once, and then every EVENT_POLL_SECONDS."""
    pruned, away = -PRUNING_PAUSE_SECONDS, False
    clock = asyncio.get_running_loop()
    while True:
        try:
            await catch_up()
            if clock.time() - pruned > PRUNING_PAUSE_SECONDS:
                await outbox.prune()
                pruned = clock.time()
            away = False
        except DRIVER_ERRORS as error:
            if not away:
                log.warning("events wait for the database", error=str(error))
            away = True
        except Exception:
            log.exception("events could not be taken up")
        await asyncio.sleep(settings().event_poll_seconds * random.uniform(0.75, 1.25))  # noqa: S311  so that not all ask at once


@asynccontextmanager
async def relaying() -> AsyncIterator[None]:
    """The relay runs within."""
    task = asyncio.create_task(relay())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

"""A module that tells facts says its present state again to one that is new: as the facts that would have led to it.

It says how in `<module>/retell.py`: `retold = [Retold(lambda: Book.all(), facts_of_book)]`, in the order of telling. The rows
are read by their ids, in portions, each locked in the transaction that writes down what is told of it: whatever changes
afterwards is told afterwards. It begins when everybody writes down what happens for those who are new, too: a row is told of
again, or by whoever made it, or both. (By one with a database of its own whose commit takes longer than that, perhaps not.)
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import structlog
from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.errors.operator import OperatorError
from kernel.models.base import Model
from kernel.unit_of_work.events import reaction_to, reactions
from kernel.unit_of_work.models import EventDelivery, EventRetelling
from kernel.unit_of_work.outbox import ask_to_retell, deliveries
from kernel.unit_of_work.transaction import transaction

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=Model)

ROWS_AT_ONCE = 500
_PAUSE_SECONDS = 0.05
SETTLING_SECONDS = 60  # none of our transactions takes as long from writing down what happened to the end of its COMMIT

_WRITING = (
    "SELECT pid || ' ' || backend_xid AS who FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_xid IS NOT NULL"
)


class _Before(NamedTuple):
    """Who was writing when it was first seen what is asked for, and until when they are waited for."""

    writing: set[str]
    at_last: float


_before: dict[tuple[int, str], _Before] = {}

_tellers: dict[str, Sequence["Retold[Any]"]] = {}


@dataclass(frozen=True)
class Retold(Generic[M]):
    """What is told again of a table: `rows()` are all that exist, `facts(row)` those that bring a newcomer up to date."""

    rows: Callable[[], "QuerySet[M]"]
    facts: Callable[[M], Iterable[object]]


def can_retell(tellers: Mapping[str, Sequence[Retold[Any]]]) -> None:
    """These modules can, each in these steps."""
    _tellers.clear()
    _tellers.update({name: steps for name, steps in tellers.items() if steps})


async def retell_some() -> bool:
    """Tell a portion more of each retelling that is asked for. Returns whether there was one that no other process is at.

    One that fails is logged, and holds up neither the others nor the reactions to what happens.
    """
    told = False
    for asked in await EventRetelling.filter(teller__in=list(_tellers)).order_by("id"):
        if not _is_ours(asked) or not await _is_settled(asked):
            continue
        try:
            told |= await _tell_portion(asked)
        except DRIVER_ERRORS:
            raise
        except Exception:
            log.exception("retelling failed", teller=asked.teller, listener=asked.listener)
    return told


def _is_ours(asked: EventRetelling) -> bool:
    """Whether this version has the reactions: an older one, which runs beside, may tell less than they were made for."""
    return all(reaction_to(event, name) for event, name in asked.reactions)


async def _is_settled(asked: EventRetelling) -> bool:
    """Whether everybody has ended who may have asked which reactions there are before these were registered.

    Until then a row may still come up that they have not been told of, and that has a smaller id than what is told already.
    """
    connection = get_connection("default")
    if asked.step or asked.after or connection.capabilities.dialect != "postgres":  # on SQLite one writes at a time
        return True
    writing = {row["who"] for row in await connection.execute_query_dict(_WRITING)}
    key = asked.id, str(asked.reactions)
    before = _before.setdefault(key, _Before(writing, time.monotonic() + SETTLING_SECONDS))
    if before.writing & writing and time.monotonic() < before.at_last:
        return False
    del _before[key]
    return True


async def retell(teller: str, listener: str, advance: Callable[[int], None]) -> None:
    """Tell everything again, as an operator asks; calls `advance(rows)` after each portion. Raises what `rows_to_tell` does."""
    async with transaction(__name__):
        await ask_to_retell(teller, listener, _wanted(teller, listener))
    while asked := await EventRetelling.filter(teller=teller, listener=listener).first():
        if not await _tell_portion(asked, advance):
            await asyncio.sleep(_PAUSE_SECONDS)  # a server is at it


async def rows_to_tell(teller: str, listener: str) -> int:
    """Of how many rows `teller` tells when it tells everything again. Raises OperatorError if it cannot, or `listener` hears
    nothing of it.
    """
    _wanted(teller, listener)
    return sum([await step.rows().count() for step in _tellers[teller]])


def _wanted(teller: str, listener: str) -> list[tuple[str, str]]:
    if teller not in _tellers:
        known = ", ".join(sorted(_tellers)) or "none"
        raise OperatorError(f"{teller} cannot tell its present state; those that have a retell.py can: {known}")
    wanted = [
        (event, reaction.name)
        for event, reaction in reactions()
        if (event.partition(".")[0], reaction.listener) == (teller, listener) and reaction.retold
    ]
    if not wanted:
        raise OperatorError(f"{listener} has no reaction to what {teller} tells that is to be retold")
    return wanted


async def _tell_portion(asked: EventRetelling, advance: Callable[[int], None] = lambda _rows: None) -> bool:
    # The teller's rows stay locked until what is told of them is written, wherever that is.
    async with transaction(f"features.{asked.teller}"), transaction(__name__):
        row = await EventRetelling.filter(id=asked.id).select_for_update(skip_locked=True).first()
        if row is None:
            return False
        steps = _tellers[row.teller]
        if row.step >= len(steps):
            await row.delete()
            return True
        step = steps[row.step]
        portion = await step.rows().filter(id__gt=row.after).order_by("id").limit(ROWS_AT_ONCE).select_for_update()
        wanted: dict[str, list[str]] = {}
        for event, reaction in row.reactions:
            wanted.setdefault(event, []).append(reaction)
        facts = [fact for each in portion for fact in step.facts(each)]
        await EventDelivery.bulk_create(deliveries(facts, wanted), batch_size=ROWS_AT_ONCE)
        last = len(portion) < ROWS_AT_ONCE
        row.update_from_dict({"step": row.step + 1, "after": 0} if last else {"after": portion[-1].id})
        await row.save()
    advance(len(portion))
    return True

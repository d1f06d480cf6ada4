"""The outbox: facts are written down in the transaction that makes them true, one row for each reaction to them.

A **chain** is what one module is told about one subject. It is worked off from its head, one after the other: what failed, or
was parked, holds up what came after it in its chain, and nothing else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import structlog
from tortoise.expressions import Q, Subquery
from tortoise.functions import Min

from kernel.clock import now
from kernel.context import request_id
from kernel.settings import settings
from kernel.unit_of_work.events import event_name, reaction_to, reactions, subject_of, to_json
from kernel.unit_of_work.models import OPEN, DeliveryState, EventDelivery, EventReaction, EventRetelling

log = structlog.get_logger(__name__)

GONE_AFTER = timedelta(days=1)
_AT_ONCE = 500


class Chain(NamedTuple):
    """What one module is told about one subject."""

    listener: str
    subject: str


async def register(tellers: Collection[str]) -> None:
    """Note the reactions of this version. What is new among them is to be retold, by those tellers that can.

    One that another version of the app has, which may run beside this one, stays for a day.
    """
    here = {(event, reaction.name): reaction for event, reaction in reactions()}
    there = await _note_seen()
    new = [key for key in here if key not in there]
    await EventReaction.bulk_create([EventReaction(event=event, reaction=reaction) for event, reaction in new])
    wanted: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for key in new:
        if here[key].retold:
            wanted[key[0].partition(".")[0], here[key].listener].append(key)
    for (teller, listener), each in wanted.items():
        if teller in tellers:
            await ask_to_retell(teller, listener, each)


async def ask_to_retell(teller: str, listener: str, wanted: Sequence[tuple[str, str]]) -> None:
    """Have `teller` say its present state to these reactions (event, reaction) of `listener`, from the beginning."""
    row = await EventRetelling.filter(teller=teller, listener=listener).select_for_update().first()
    row = row or EventRetelling(teller=teller, listener=listener, reactions=[])
    pairs = {tuple(each) for each in row.reactions} | set(wanted)
    row.update_from_dict({"reactions": sorted(map(list, pairs)), "step": 0, "after": 0})
    await row.save()


async def write(events: Sequence[object], *, held: str | None = None) -> list[EventDelivery]:
    """Write facts down for each reaction to them that any version of the app has, whom they are to be told.

    `held`: parked until they are released, for this reason.
    """
    names = {event_name(type(event)) for event in events}
    listening: dict[str, list[str]] = defaultdict(list)
    for event, reaction in await EventReaction.filter(event__in=names).order_by("id").values_list("event", "reaction"):
        listening[event].append(reaction)
    rows = deliveries(events, listening)
    for row in rows if held else ():
        row.update_from_dict({"state": DeliveryState.PARKED, "error": held})
    await EventDelivery.bulk_create(rows)
    return rows


async def release(rows: Iterable[EventDelivery]) -> None:
    """What was held becomes due."""
    held = EventDelivery.filter(event_id__in=[row.event_id for row in rows], state=DeliveryState.PARKED, attempts=0)
    await held.update(state=DeliveryState.PENDING, error=None)


def deliveries(events: Iterable[object], listening: Mapping[str, Iterable[str]]) -> list[EventDelivery]:
    """A row, to be saved, of each fact for each of these reactions, which are given by the names of events."""
    named = [(event, event_name(type(event)), uuid4()) for event in events]
    return [
        _delivery(event, name, reaction, event_id)
        for event, name, event_id in named
        for reaction in listening.get(name, ())
    ]


def chains_of(rows: Iterable[EventDelivery]) -> list[Chain]:
    """The chains that these rows belong to, each once, in the order of the rows."""
    return list(dict.fromkeys(Chain(row.listener, row.subject) for row in rows))


def _delivery(event: object, name: str, reaction: str, event_id: UUID) -> EventDelivery:
    return EventDelivery(
        event_id=event_id,
        event=name,
        subject=subject_of(event),
        payload=to_json(event),
        listener=reaction.partition(".")[0],
        reaction=reaction,
        request_id=request_id(),
    )


async def head_of(chain: Chain) -> EventDelivery | None:
    """What is next in the chain, of those reactions that this process knows; not whether it is due."""
    listener, subject = chain
    mine = EventDelivery.filter(_known(), listener=listener, subject=subject, state__in=OPEN)
    return await mine.order_by("id").first()


async def due_chains(at_most: int) -> list[Chain]:
    """The chains whose heads are due, those that wait longest first."""
    still_open = EventDelivery.filter(_known(), state__in=OPEN)
    heads = still_open.annotate(head=Min("id")).group_by("listener", "subject").values("head")
    due = EventDelivery.filter(id__in=Subquery(heads), state=DeliveryState.PENDING, due_at__lte=now())
    rows = await due.order_by("id").limit(at_most).values_list("listener", "subject")
    return [Chain(*row) for row in rows]


async def still_open(at_most: int) -> tuple[list[EventDelivery], int]:
    """What is pending or parked, oldest first, and how many there are in all."""
    rows = EventDelivery.filter(state__in=OPEN)
    return await rows.order_by("id").limit(at_most), await rows.count()


async def retry(ids: Sequence[int] = ()) -> int:
    """Make these due at once, as if they had never been tried; without ids all that have failed too often. Returns how many.

    Without ids none that is held: whether it became true is to be seen one by one.
    """
    which = {"id__in": ids, "state__in": OPEN} if ids else {"state": DeliveryState.PARKED, "attempts__gt": 0}
    changes = {"state": DeliveryState.PENDING, "attempts": 0, "due_at": now(), "error": None}
    return await EventDelivery.filter(**which).update(**changes)


async def discard(ids: Sequence[int]) -> int:
    """Never run these; what came after them in their chains goes on. Returns how many there were."""
    return await EventDelivery.filter(id__in=ids, state__in=OPEN).update(state=DeliveryState.DISCARDED, done_at=now())


async def prune() -> None:
    """Forget what was done long ago, and reactions that no version has had for a day, with what they were still to be told."""
    oldest = now() - timedelta(days=settings().event_retention_days)
    closed = EventDelivery.filter(state__in=(DeliveryState.DONE, DeliveryState.DISCARDED), due_at__lt=oldest)
    old = closed.filter(done_at__lt=oldest).order_by("due_at").limit(_AT_ONCE)
    while ids := list(await old.values_list("id", flat=True)):  # in portions, none of which holds up who writes
        await EventDelivery.filter(id__in=ids).delete()
    await _note_seen()
    unseen = EventReaction.filter(seen_at__lt=now() - GONE_AFTER)
    for row in await unseen:
        if await unseen.filter(id=row.id).delete():  # nobody could run it any more, and nobody else would deal with it
            untold = EventDelivery.filter(event=row.event, reaction=row.reaction, state__in=OPEN)
            changes = {"state": DeliveryState.DISCARDED, "done_at": now(), "error": "no version has this reaction"}
            discarded = await untold.update(**changes)
            await _ask_no_longer(row)
            log.warning("reaction is gone", reaction=row.reaction, event_told=row.event, discarded=discarded)


async def _ask_no_longer(gone: EventReaction) -> None:
    """Tell the present state to those that are left."""
    for asked in await EventRetelling.filter(teller=gone.event.partition(".")[0]):
        left = [each for each in asked.reactions if each != [gone.event, gone.reaction]]
        if not left:
            await asked.delete()
        elif left != asked.reactions:
            await EventRetelling.filter(id=asked.id).update(reactions=left)


async def _note_seen() -> set[tuple[str, str]]:
    """That this version, which has them, runs. Returns all that are known to the table: event, reaction."""
    rows = {
        (event, reaction): row_id
        for row_id, event, reaction in await EventReaction.all().values_list("id", "event", "reaction")
    }
    here = [row_id for (event, reaction), row_id in rows.items() if reaction_to(event, reaction)]
    await EventReaction.filter(id__in=here).update(seen_at=now())
    return set(rows)


def _known() -> Q:
    """That this version has the reaction, and that it reacts to this event: another version's may react to more."""
    events: dict[str, list[str]] = defaultdict(list)
    for event, reaction in reactions():
        events[reaction.name].append(event)
    each = [Q(reaction=name, event__in=names) for name, names in events.items()]
    return Q(*each, join_type=Q.OR) if each else Q(id__in=[])

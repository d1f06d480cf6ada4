"""A process that tells facts and reacts to them: `python -m tests.live.reacting tell 500`, or `relay`; REACTING_DIES says where it ends itself.

A subject is a row that counts the facts about it; the reaction makes a row for each, and refuses one that is out of order.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass

from tortoise.context import TortoiseContext

from features.hr.models import Tag
from kernel import emit, on, transaction
from kernel.logs import configure_logs
from kernel.slices.discovery import database_config
from kernel.unit_of_work import delivery
from kernel.unit_of_work.models import OPEN, EventDelivery
from kernel.unit_of_work.outbox import Chain, register
from kernel.unit_of_work.transaction import deliver_with

SUBJECTS = 50
TELLERS = 4  # at once, in one process
TOLD_AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Counted:
    subject_id: int
    number: int


@on(Counted, retold=False)
async def count(event: Counted) -> None:
    made = await Tag.filter(category=f"of {event.subject_id}").count()
    if made + 1 != event.number:
        raise ValueError(f"out of order: {event} after {made}")
    await Tag.create(name=f"{event.subject_id}.{event.number}", category=f"of {event.subject_id}")
    if os.environ.get("REACTING_DIES") == f"in reaction {event.number}":
        os.kill(os.getpid(), signal.SIGKILL)


async def tell(facts: int) -> None:
    async def some(number: int) -> None:
        choice = random.Random(f"{os.getpid()} {number}")
        for _ in range(facts // TELLERS // TOLD_AT_ONCE):
            async with transaction(__name__):
                subject = await Tag.for_update(choice.choice(subjects))
                told = int(subject.description or 0)
                subject.description = str(told + TOLD_AT_ONCE)
                await subject.save(update_fields=["description"])
                for more in range(TOLD_AT_ONCE):
                    emit(Counted(subject_id=subject.id, number=told + more + 1))

    subjects = [subject.id for subject in await Tag.filter(category="subject")]
    started = time.monotonic()
    await asyncio.gather(*[some(number) for number in range(TELLERS)])
    print(f"{facts} told and reacted to, {facts / (time.monotonic() - started):.0f} a second", flush=True)


async def relay() -> None:
    """Until nothing is left."""
    while await EventDelivery.filter(state__in=OPEN).exists():
        await delivery.catch_up()
        await asyncio.sleep(0.05)


async def prepare() -> None:
    await register([])
    await Tag.bulk_create([Tag(name=f"subject {number}", category="subject") for number in range(SUBJECTS)])


async def check() -> None:
    """Every fact was reacted to, once; the reaction itself refuses what is out of order."""
    for subject in await Tag.filter(category="subject"):
        made = await Tag.filter(category=f"of {subject.id}").order_by("id").values_list("name", flat=True)
        assert list(made) == [f"{subject.id}.{number + 1}" for number in range(int(subject.description or 0))]
    again = await EventDelivery.filter(attempts__gt=1).count()
    print(f"{await EventDelivery.all().count()} in order, {again} begun more than once", flush=True)


async def _die(_chains: Collection[Chain]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(command: str, *arguments: str) -> None:
    configure_logs()
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        if os.environ.get("REACTING_DIES") == "after the commit":
            deliver_with(_die)
        match command:
            case "tell":
                await tell(int(arguments[0]))
            case "relay":
                await relay()
            case "prepare":
                await prepare()
            case "check":
                await check()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""One transaction per use case that writes; its events are delivered after the commit, none after a rollback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from tortoise.connection import get_connections
from tortoise.transactions import in_transaction

from kernel.deferred import defer
from kernel.events import collected, reactions_to

log = structlog.get_logger(__name__)


def connection_of(dotted_name: str) -> str:
    """The name of the database connection of the feature that the Python module `features.<feature>...` belongs to."""
    package, _, rest = dotted_name.partition(".")
    feature = rest.partition(".")[0]
    return feature if package == "features" and feature in get_connections().db_config else "default"


@asynccontextmanager
async def unit_of_work(module: str = __name__) -> AsyncIterator[None]:
    """Commit what happens within, all or nothing, then deliver what was emitted. Within another one it joins that.

    `module` is the Python module that asks, `__name__`: the transaction is one of its feature's database.
    """
    if collected.get() is not None:
        yield
        return
    events: list[object] = []
    token = collected.set(events)
    try:
        async with in_transaction(connection_of(module)):
            yield
    finally:
        collected.reset(token)
    if events:
        await defer(partial(deliver, events))


async def deliver(events: list[object]) -> None:
    """Run every reaction to every event, each in a unit of work of its own. One that fails is logged and stops no other."""
    for event in events:
        for reaction in reactions_to(type(event)):
            try:
                async with unit_of_work(reaction.__module__):
                    await reaction(event)
            except Exception:
                log.exception("reaction failed", reaction=reaction.__module__, event_told=repr(event))

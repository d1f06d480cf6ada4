"""One transaction per use case that writes; its events are delivered after the commit, none after a rollback.

After the commit nothing changes the answer: a connection that is lost from then on is logged. One that is lost while the
COMMIT is on its way leaves it unknown whether it committed. The caller is told so (503, `CommitUnknown`), and no event is
delivered: a reaction to what never happened would be worse than none, and who looks finds what was written.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from functools import partial
from typing import Any

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection, get_connections
from tortoise.transactions import in_transaction

from kernel import hot_cache
from kernel.database.driver_errors import DatabaseBusy
from kernel.unit_of_work.background import Job, defer
from kernel.unit_of_work.events import Reaction, collected, reactions_to
from kernel.unit_of_work.turns import turn

log = structlog.get_logger(__name__)

BUSY_ATTEMPTS = 3  # of a reaction; each waits as long for a connection as a request does

_open: ContextVar[frozenset[str]] = ContextVar("open_transactions", default=frozenset())
_jobs: ContextVar[list[Job] | None] = ContextVar("jobs_after_commit", default=None)


def after_commit(job: Job) -> None:
    """Run `job` in the background once the transaction at hand has committed. Raises LookupError outside of one."""
    jobs = _jobs.get()
    if jobs is None:
        raise LookupError("there is no transaction here whose commit could be waited for; open transaction(__name__)")
    jobs.append(job)


def connection_of(dotted_name: str) -> str:
    """The name of the database connection of the feature that the Python module `features.<feature>...` belongs to."""
    package, _, rest = dotted_name.partition(".")
    feature = rest.partition(".")[0]
    return feature if package == "features" and feature in get_connections().db_config else "default"


@asynccontextmanager
async def transaction(module: str) -> AsyncIterator[BaseDBAsyncClient]:
    """Commit what happens within, all or nothing, then deliver what was emitted. Gives the connection, for SQL by hand.

    `module` is the Python module that asks, `__name__`: the transaction is one of its feature's database. Within
    another one of the same database it joins that.
    """
    connection = connection_of(module)
    if connection in _open.get():
        yield get_connection(connection)
        return
    events: list[object] = []
    jobs: list[Job] = []
    done, client = False, None
    collecting, opening = collected.set(events), _open.set(_open.get() | {connection})
    waiting = _jobs.set(jobs)
    try:
        # What is kept in Redis is the kernel's, in the default database: a transaction of another one commits none of it.
        with hot_cache.collecting() if connection == "default" else nullcontext(()) as changed:
            async with turn(get_connection(connection), module), in_transaction(connection) as client:
                yield client
                await hot_cache.mark(changed)
                done = True
        await hot_cache.unmark(changed)
    finally:
        collected.reset(collecting)
        _open.reset(opening)
        _jobs.reset(waiting)
        if done and client and client._finalized:  # committed, even if cancelled since
            for job in [partial(deliver, events), *jobs] if events else jobs:
                await defer(job)


async def lock_until_commit(name: str) -> None:
    """Let one transaction of all processes at a time pass here. On SQLite each has the whole file to itself anyway."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query("SELECT pg_advisory_xact_lock(hashtext($1))", [f"tessera:{name}"])


async def _react(reaction: Reaction[Any], event: object) -> None:
    attempts = BUSY_ATTEMPTS
    while True:
        attempts -= 1
        try:
            async with transaction(reaction.__module__):
                await reaction(event)
            return
        except DatabaseBusy:  # there was no connection to run it on
            if not attempts:
                raise


async def deliver(events: list[object]) -> None:
    """Run every reaction to every event, each in a transaction of its own. One that fails is logged and stops no other."""
    for event in events:
        for reaction in reactions_to(type(event)):
            try:
                await _react(reaction, event)
            except Exception:
                log.exception("reaction failed", reaction=reaction.__module__, event_told=repr(event))

"""One transaction per use case that writes. What it tells is written down within it, and delivered after the commit.

After the commit nothing changes the answer: a connection that is lost from then on is logged. One that is lost while the
COMMIT is on its way leaves it unknown whether it committed. The caller is told so (503, `CommitUnknown`); if it did, what
it told is in the outbox, and is delivered from there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from functools import partial

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection, get_connections
from tortoise.transactions import in_transaction

from kernel import hot_cache
from kernel.unit_of_work.background import Job, defer
from kernel.unit_of_work.events import collected
from kernel.unit_of_work.outbox import Chain, chains_of, release, write
from kernel.unit_of_work.turns import turn

Deliver = Callable[[Collection[Chain]], Awaitable[None]]

_open: ContextVar[frozenset[str]] = ContextVar("open_transactions", default=frozenset())
_after_commit: ContextVar[list[Job] | None] = ContextVar("after_commit", default=None)


def connection_of(dotted_name: str) -> str:
    """The name of the database connection of the feature that the Python module `features.<feature>...` belongs to."""
    package, _, rest = dotted_name.partition(".")
    feature = rest.partition(".")[0]
    return feature if package == "features" and feature in get_connections().db_config else "default"


@asynccontextmanager
async def transaction(module: str) -> AsyncIterator[BaseDBAsyncClient]:
    """Commit what happens within, all or nothing, with what was emitted. Gives the connection, for SQL by hand.

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
    opening, collecting = _open.set(_open.get() | {connection}), collected.set(events)
    awaiting = _after_commit.set(jobs)
    try:
        # What is kept in Redis is the kernel's, in the default database: a transaction of another one commits none of it.
        with hot_cache.collecting() if connection == "default" else nullcontext(()) as changed:
            async with turn(get_connection(connection), module), in_transaction(connection) as client:
                yield client
                if events:
                    jobs.append(await _written_down(events, connection))
                await hot_cache.mark(changed)
                done = True
        await hot_cache.unmark(changed)
    finally:
        _open.reset(opening)
        collected.reset(collecting)
        _after_commit.reset(awaiting)
        if done and client and client._finalized:  # committed, even if cancelled since
            around = _after_commit.get()  # of another database, in which lies what is to be delivered
            for job in jobs:
                if around is None:
                    await defer(job)
                else:
                    around.append(job)


def after_commit(job: Job) -> None:
    """Run `job` once the transaction at hand has committed, never if it does not. Raises LookupError outside of one.

    It runs in this process; what must survive a crash is a fact with a reaction, see `events`.
    """
    jobs = _after_commit.get()
    if jobs is None:
        raise LookupError("there is no transaction here whose commit could be awaited; open transaction(__name__)")
    jobs.append(job)


async def _written_down(events: list[object], connection: str) -> Job:
    """Put the facts into the outbox. Returns what delivers them after the commit."""
    if connection == "default":
        return partial(_deliver, chains_of(await write(events)))
    # The outbox is in another database, whose commit comes first: whether what they tell became true is not known until
    # after the second one. A crash between the two leaves them parked, for an operator to see.
    async with transaction(__name__):
        held = await write(events, held=f"whether it was committed in the database of {connection} is not known")

    async def release_and_deliver() -> None:
        await release(held)
        await _deliver(chains_of(held))

    return release_and_deliver


def deliver_with(deliver: Deliver) -> None:
    """How chains that grew are worked off after a commit. What does it opens transactions itself, so it stands above."""
    global _deliver
    _deliver = deliver


async def _leave(_chains: Collection[Chain]) -> None:
    """A program without reactions leaves them to others."""


_deliver: Deliver = _leave


async def lock_until_commit(name: str) -> None:
    """Let one transaction of all processes at a time pass here. On SQLite each has the whole file to itself anyway."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query("SELECT pg_advisory_xact_lock(hashtext($1))", [f"tessera:{name}"])

"""What a use case leaves behind: rows in the tables, and events that were told. And what a test writes past the use cases."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from redis.exceptions import RedisError

from kernel.database.statements import Statement
from kernel.identity import grants
from kernel.redis import redis
from kernel.unit_of_work import transaction
from kernel.unit_of_work.background import Job
from tests import database

told: list[object] = []
"""The events that were delivered since the test began, in order."""


def listen_to_all() -> None:
    """The tests are told of every event, once it is committed."""
    stock = transaction._written_down

    async def written_down(events: list[object], connection: str) -> Job:
        deliver = await stock(events, connection)

        async def record() -> None:
            told.extend(events)
            await deliver()

        return record

    transaction.__dict__["_written_down"] = written_down


_requesting: ContextVar[bool] = ContextVar("requesting", default=False)
_written = False


@contextmanager
def requesting() -> Iterator[None]:
    """What is written within, the app writes."""
    token = _requesting.set(True)
    try:
        yield
    finally:
        _requesting.reset(token)


def watch(statement: Statement) -> None:
    """Observes all statements: one that a test runs itself may change what the app keeps, and tells nobody."""
    global _written
    if not _requesting.get() and statement.sql.startswith(("INSERT", "UPDATE", "DELETE", "BEGIN")):
        _written = True


async def forget_if_written() -> None:
    """Let the app ask the database, if a test has written to it."""
    if _written:
        await forget()


async def forget() -> None:
    """Let the app ask the database for users, sessions and grants."""
    global _written
    _written = False
    grants.__dict__["_kept"] = grants.Grants()
    with suppress(RedisError):  # some tests have stopped it
        if names := await redis().keys("tessera:*"):
            await redis().delete(*names)


@asynccontextmanager
async def unchanged(*, but: str | tuple[str, ...] = ()) -> AsyncIterator[None]:
    """`async with unchanged():`: the block writes no row, in whatever table (`but` one, or several), and tells nobody of anything.

    Nor does the log of what was refused to an administrator count: most blocks refuse something.
    """
    excepted = ("sys_login_log", *([but] if isinstance(but, str) else but))
    before, told_before = await database.contents(*excepted), len(told)
    yield
    changes = differences(before, await database.contents(*excepted)) + [
        f"told: {event}" for event in told[told_before:]
    ]
    assert not changes, "\n".join(["this was to change nothing:", *changes])


def differences(before: database.Contents, after: database.Contents) -> list[str]:
    """Each row that is new, gone or changed."""
    return [f"{table}: {each}" for table in before for each in _changed_rows(before[table], after[table])]


def _changed_rows(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    old, new = _keyed(before), _keyed(after)
    return [
        *(f"gone is {old[key]}" for key in old if key not in new),
        *(f"new is {new[key]}" for key in new if key not in old),
        *(
            f"row {key}: {name} was {old[key][name]!r}, is {new[key][name]!r}"
            for key in old
            if key in new
            for name in old[key]
            if old[key][name] != new[key][name]
        ),
    ]


def _keyed(rows: list[dict[str, Any]]) -> dict[object, dict[str, Any]]:
    """The rows by their ids; those without one, such as of a join table, by all that they hold, and which of the like they are."""
    seen = Counter[str]()
    keyed: dict[object, dict[str, Any]] = {}
    for row in rows:
        text = repr(row)
        seen[text] += 1
        keyed[row.get("id", (text, seen[text]))] = row
    return keyed

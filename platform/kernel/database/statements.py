"""See the SQL that a block of code runs: `with observe.statements() as seen: ...`.

Only our own engines (`kernel.database.engines`) report here; BEGIN, COMMIT and savepoints are not reported.
"""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it went to the driver: its text without its values, the seconds until the answer, the outcome."""

    sql: str
    seconds: float
    failed: bool


_observers: ContextVar[tuple[list[Statement], ...]] = ContextVar("observers", default=())


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Collect what this block runs, tasks that it starts included, in the order of completion.

    Blocks nest: the outer one also sees what the inner one sees.
    """
    seen: list[Statement] = []
    token = _observers.set((*_observers.get(), seen))
    try:
        yield seen
    finally:
        _observers.reset(token)


def reported(sql: str, call: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """`call`, which runs `sql`, with a report to whoever observes; `call` itself, at no cost, if nobody does."""
    observers = _observers.get()
    return _report(observers, sql, call) if observers else call


async def _report(observers: tuple[list[Statement], ...], sql: str, call: Coroutine[Any, Any, T]) -> T:
    started, failed = perf_counter(), True
    try:
        answer = await call
        failed = False
        return answer
    finally:
        statement = Statement(sql, perf_counter() - started, failed)
        for seen in observers:
            seen.append(statement)

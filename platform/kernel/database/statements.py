"""See the SQL that a block of code runs: `with observe.statements() as seen: ...`.

Only our own engines (`kernel.database.engines`) report here; BEGIN, COMMIT and savepoints are not reported.
"""

import sys
from collections.abc import Callable, Coroutine, Iterator
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


_ON_THE_WAY = ("kernel.database.", "kernel.models.", "kernel.web.")

Observer = Callable[[Statement], None]
_observers: ContextVar[tuple[Observer, ...]] = ContextVar("observers", default=())


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Tell `observer` of each statement that this block runs, tasks that it starts included, in the order of completion.

    Blocks nest: the outer one also sees what the inner one sees.
    """
    token = _observers.set((*_observers.get(), observer))
    try:
        yield
    finally:
        _observers.reset(token)


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Collect what this block runs."""
    seen: list[Statement] = []
    with observing(seen.append):
        yield seen


def asked_at() -> str:
    """For an observer: the line that asked for the statement, such as `features/hr/employees/search.py:16`.

    It is the innermost one of a feature, else of the kernel outside of what every statement goes through.
    """
    in_kernel, frame = "", sys._getframe(1)
    while frame:
        module = frame.f_globals.get("__name__", "")
        line = f"{module.replace('.', '/')}.py:{frame.f_lineno}"
        if module.startswith("features."):
            return line
        if not in_kernel and module.startswith("kernel.") and not module.startswith(_ON_THE_WAY):
            in_kernel = f"platform/{line}"
        frame = frame.f_back
    return in_kernel or "a task of its own"


def reported(sql: str, call: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """`call`, which runs `sql`, with a report to whoever observes; `call` itself, at no cost, if nobody does."""
    observers = _observers.get()
    return _report(observers, sql, call) if observers else call


async def _report(observers: tuple[Observer, ...], sql: str, call: Coroutine[Any, Any, T]) -> T:
    started, failed = perf_counter(), True
    try:
        answer = await call
        failed = False
        return answer
    finally:
        statement = Statement(sql, perf_counter() - started, failed)
        for tell in observers:
            tell(statement)

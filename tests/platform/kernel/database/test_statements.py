"""Who is told of a statement, and how an observer finds the line that asked. That engines report each is theirs to show."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from types import ModuleType

import pytest

from kernel.database import statements as observe
from kernel.database.statements import Statement, asked_at, observing, reported


async def answer(value: int = 1) -> int:
    await asyncio.sleep(0)
    return value


async def fail() -> None:
    raise ValueError("no such table")


def module(name: str, source: str, **names: object) -> ModuleType:
    """A Python module of this name, as a file of the project would be."""
    made = ModuleType(name)
    made.__dict__.update(names)
    exec(compile(source, name, "exec"), made.__dict__)  # noqa: S102  a frame is of a feature by the name of its module
    return made


async def test_an_observer_is_told_of_each_with_its_outcome() -> None:
    told: list[Statement] = []
    with observing(told.append):
        assert await reported("SELECT 1", answer(7)) == 7
        with pytest.raises(ValueError, match="no such table"):
            await reported("SELECT 2", fail())
    await reported("SELECT 3", answer())
    assert [(each.sql, each.failed) for each in told] == [("SELECT 1", False), ("SELECT 2", True)]
    assert all(0 <= each.seconds < 1 for each in told)


async def test_several_observe_at_once() -> None:
    told: list[Statement] = []
    with observe.statements() as collected, observing(told.append):
        await asyncio.gather(reported("SELECT 1", answer()), reported("SELECT 2", answer()))
    assert told == collected
    assert len(told) == 2


async def test_nobody_observes_at_no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.database.statements._observers", ContextVar("observers", default=()))  # the tests' own
    call = answer()
    assert reported("SELECT 1", call) is call
    await call


async def where(ask: Callable[[], Awaitable[object]]) -> str:
    """Which line is said to have asked, of a statement that `ask` runs."""
    told: list[str] = []
    with observing(lambda _statement: told.append(asked_at())):
        await ask()
    (line,) = told
    return line


STATEMENT = "async def ask():\n    await reported('SELECT 1', answer())\n"
CALL = "async def ask():\n    pass\n    await inner()\n"
NAMES = {"reported": reported, "answer": answer}


async def test_the_innermost_line_of_a_feature_asked() -> None:
    """Also where a table's model, the kernel, or another file of the module stands between it and the statement."""
    rules = module("features.hr.rules", STATEMENT, **NAMES)
    model = module("kernel.models.base", CALL, inner=rules.ask)
    assert await where(rules.ask) == "features/hr/rules.py:2"
    assert await where(module("features.hr.get", CALL, inner=model.ask).ask) == "features/hr/rules.py:2"
    below = module("kernel.models.base", STATEMENT, **NAMES)
    assert await where(module("features.hr.get", CALL, inner=below.ask).ask) == "features/hr/get.py:3"


async def test_or_else_the_kernel_s() -> None:
    model = module("kernel.models.base", STATEMENT, **NAMES)
    actor = module("kernel.auth.actor", CALL, inner=model.ask)
    rule = module("kernel.rbac.authorize", CALL, inner=actor.ask)
    assert await where(rule.ask) == "platform/kernel/auth/actor.py:3"
    assert await where(model.ask) == "a task of its own"

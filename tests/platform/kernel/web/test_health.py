"""Whether the process can serve: what answers, and what it cannot do without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from fastapi import FastAPI

from kernel import redis as redis_module
from kernel.redis import connect
from kernel.startup import run
from kernel.web import health as readiness
from kernel.web.health import Readiness, check_readiness
from tests.platform.kernel.conftest import Configure


@asynccontextmanager
async def redis_at(url: str) -> AsyncIterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        client = connect(url)
        patch.setattr(redis_module, "_client", client)
        yield
        await client.aclose()


@pytest_asyncio.fixture
async def another_database(app: FastAPI, no_app: None) -> AsyncIterator[None]:
    """The app's own database is out of sight; the Redis in its place answers."""
    async with redis_at("memory://"):
        yield


async def test_everything_is_up(app: FastAPI) -> None:
    ready = await check_readiness()
    assert ready == Readiness(database=True, redis=True, migrations=True, startup=True)
    assert ready.missing == []


async def test_without_redis_it_serves_all_the_same(app: FastAPI) -> None:
    async with redis_at("redis://127.0.0.1:1"):
        ready = await check_readiness()
    assert ready == Readiness(database=True, redis=False, migrations=True, startup=True)
    assert ready.missing == []


async def test_without_a_database_it_does_not(another_database: None, configure: Configure) -> None:
    configure(DB_URL="postgres://u:hidden@127.0.0.1:1/x")
    ready = await check_readiness()
    assert ready == Readiness(database=False, redis=True, migrations=False, startup=True)
    assert ready.missing == ["database", "migrations"]


async def test_nor_with_one_that_is_not_migrated(another_database: None, configure: Configure) -> None:
    configure(DB_URL="sqlite://:memory:")
    ready = await check_readiness()
    assert ready == Readiness(database=True, redis=True, migrations=False, startup=True)
    assert ready.missing == ["migrations"]


async def test_nor_before_it_has_started(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_finished", False)
    ready = await check_readiness()
    assert ready.missing == ["startup"]


async def test_who_asks_meanwhile_shares_the_answer(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a crowd of strangers keeps writers waiting. One who goes away takes nobody's answer along."""
    asked = 0

    async def slowly(*_: object) -> list[str]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return []

    monkeypatch.setattr(readiness, "pending", slowly)
    impatient, *others = [asyncio.create_task(check_readiness()) for _ in range(20)]
    await asyncio.sleep(0)
    impatient.cancel()
    assert {ready.database for ready in await asyncio.gather(*others)} == {True}
    assert asked == 1
    await check_readiness()
    assert asked == 2


async def test_it_does_not_wait_for_ever(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for a driver that takes its time to give up."""

    async def never(*_: object) -> list[str]:
        try:
            await asyncio.Event().wait()
        finally:
            await given_up.wait()
        return []

    given_up = asyncio.Event()
    assert readiness.TIMEOUT_SECONDS < 3
    monkeypatch.setattr(readiness, "TIMEOUT_SECONDS", 0.001)
    monkeypatch.setattr(readiness, "pending", never)
    monkeypatch.setattr(redis_module.redis(), "ping", never, raising=False)
    async with asyncio.timeout(10):
        assert await check_readiness() == Readiness(database=False, redis=False, migrations=False, startup=True)
    given_up.set()

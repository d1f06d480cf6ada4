"""health.ready"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from tortoise.connection import get_connection, get_connections

from kernel import redis as redis_module
from kernel.database.engines.asyncpg import AsyncpgClient
from kernel.redis import connect
from tests.callers import Caller, as_snapshot


@contextmanager
def database_away() -> Iterator[None]:
    """The app's connection leads to a port where nobody listens."""
    nowhere = AsyncpgClient("nobody", "", "nothing", "127.0.0.1", 1, connection_name="default")
    token = get_connections().set("default", nowhere)
    try:
        yield
    finally:
        get_connections().reset(token)


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await client.call("health.ready"), events) == snapshot


async def test_without_the_database(client: Caller, snapshot: SnapshotAssertion) -> None:
    with database_away():
        assert as_snapshot(await client.call("health.ready")) == snapshot
    assert (await client.call("health.ready")).status == 200


async def test_without_redis_it_serves_all_the_same(
    client: Caller, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setattr(redis_module, "_client", connect("redis://127.0.0.1:1"))
    assert as_snapshot(await client.call("health.ready")) == snapshot


async def test_with_a_migration_pending(client: Caller) -> None:
    await get_connection("default").execute_script("DELETE FROM tortoise_migrations WHERE app = 'hr'")
    answer = await client.call("health.ready")
    assert (answer.status, answer.code) == (503, "1004")
    assert answer.data == {"database": "up", "redis": "up", "migrations": "down", "startup": "up"}


async def test_before_start_up_has_finished(client: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.startup.run._finished", False)
    answer = await client.call("health.ready")
    assert (answer.status, answer.code) == (503, "1004")
    assert answer.data == {"database": "up", "redis": "up", "migrations": "up", "startup": "down"}


async def test_it_tells_nothing_of_where_things_are(client: Caller) -> None:
    with database_away():
        answer = (await client.call("health.ready")).text
    assert "127.0.0.1" not in answer
    assert "nobody" not in answer

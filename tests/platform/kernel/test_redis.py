"""One client for two kinds of Redis, which behave alike in what we ask of them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from fakeredis import FakeServer
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from kernel import redis as redis_module
from kernel.redis import MAX_CONNECTIONS, TIMEOUT_SECONDS, close_redis, commands, connect, open_redis, redis
from tests import database
from tests.conftest import WORKER

SERVER = database.redis_url(WORKER)
URLS = ["memory://"] if SERVER == "memory://" else ["memory://", SERVER]


@pytest_asyncio.fixture(params=URLS, ids=lambda url: url.partition(":")[0])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    """A client of each kind that there is here."""
    made = connect(request.param)
    yield made
    await made.aclose()


@pytest_asyncio.fixture
async def key(client: Redis) -> AsyncIterator[str]:
    """A key that nobody else uses."""
    name = f"test:{uuid4().hex}"
    yield name
    await client.delete(name)


async def test_it_answers(client: Redis) -> None:
    assert await client.ping() is True


async def test_it_keeps_text(client: Redis, key: str) -> None:
    assert await client.get(key) is None
    await client.set(key, "zwölf")
    assert await client.get(key) == "zwölf"
    assert await client.keys(f"{key}*") == [key]
    assert await client.delete(key) == 1
    assert await client.delete(key) == 0


async def test_it_counts(client: Redis, key: str) -> None:
    assert [await client.incr(key) for _ in range(3)] == [1, 2, 3]
    assert await client.get(key) == "3"
    together = await asyncio.gather(*(client.incr(key) for _ in range(20)))
    assert sorted(together) == list(range(4, 24))


async def test_it_forgets_in_time(client: Redis, key: str) -> None:
    assert await client.ttl(key) == -2
    await client.incr(key)
    assert await client.ttl(key) == -1
    assert await client.expire(key, 900)
    assert 899 <= await client.ttl(key) <= 900
    await client.incr(key)
    assert await client.ttl(key) > 0
    await client.pexpire(key, 1)
    await asyncio.sleep(0.003)
    assert await client.get(key) is None


async def test_only_the_first_sets_what_must_not_be_there(client: Redis, key: str) -> None:
    assert await client.set(key, "a", nx=True, ex=60)
    assert not await client.set(key, "b", nx=True, ex=60)
    assert await client.get(key) == "a"


async def test_what_is_done_to_a_wrong_kind_is_an_error_of_redis(client: Redis, key: str) -> None:
    await client.set(key, "text")
    with pytest.raises(RedisError):
        await client.incr(key)


async def test_more_callers_than_connections_wait_for_one(client: Redis, key: str) -> None:
    callers = 4 * MAX_CONNECTIONS
    counts = await asyncio.gather(*(client.incr(key) for _ in range(callers)), return_exceptions=True)
    assert [each for each in counts if isinstance(each, Exception)] == []
    assert set(counts) == set(range(1, callers + 1))


async def test_commands_are_named_while_someone_looks(client: Redis, key: str) -> None:
    await client.get(key)
    with commands() as seen:
        await client.set(key, "1")
        await asyncio.gather(client.get(key), client.get(key))
        await client.delete(key)
    await client.get(key)
    assert seen == ["SET", "GET", "GET", "DEL"]


async def test_who_looks_from_further_out_sees_as_much(client: Redis, key: str) -> None:
    with commands() as outer:
        await client.set(key, "1")
        with commands() as inner:
            await client.get(key)
    assert (outer, inner) == (["SET", "GET"], ["GET"])


async def test_the_commands_of_a_pipeline_are_commands_too(client: Redis, key: str) -> None:
    with commands() as seen:
        async with client.pipeline() as pipeline:
            pipeline.set(key, "1")
            pipeline.get(key)
            assert await pipeline.execute() == [True, "1"]
    assert [name for name in seen if name in ("SET", "GET")] == ["SET", "GET"]


async def test_stores_in_process_are_apart() -> None:
    one, other = connect("memory://"), connect("memory://")
    await one.set("name", "one")
    assert await other.get("name") is None
    await one.aclose()
    await other.aclose()


async def test_expired_keys_that_nobody_asks_for_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in this process forgets them as a server does, without a task of its own; the others stay."""
    server = FakeServer()
    client = redis_module._InProcess(decode_responses=True, server=server)
    for number in range(16_000):
        await client.set(f"login:{number}", 1, px=1)
    await client.set("kept", "1")
    await client.set("kept for now", "1", ex=900)
    await asyncio.sleep(0.01)
    monkeypatch.setattr(redis_module, "SWEEP_SECONDS", 0)
    with commands() as seen:
        assert await client.get("kept") == "1"
    assert seen == ["GET"]
    assert sorted(server.dbs[0]._dict) == [b"kept", b"kept for now"]
    await client.aclose()


async def test_a_server_is_met_at_the_first_command() -> None:
    away = connect("redis://127.0.0.1:1/0")
    with pytest.raises(RedisError):
        await away.get("name")
    await away.aclose()


async def test_nobody_waits_long_for_a_server() -> None:
    client = connect("redis://127.0.0.1:1/0")
    pool = client.connection_pool
    assert isinstance(pool, BlockingConnectionPool)
    assert (pool.max_connections, pool.timeout) == (MAX_CONNECTIONS, TIMEOUT_SECONDS)
    options = pool.connection_kwargs
    assert options["socket_timeout"] == options["socket_connect_timeout"] == TIMEOUT_SECONDS <= 3
    await client.aclose()


async def test_the_process_has_one_client_from_start_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "_client", None)
    with pytest.raises(LookupError, match="the app has not started"):
        redis()
    await close_redis()
    open_redis("memory://")
    assert redis() is redis()
    assert await redis().ping()
    await close_redis()
    with pytest.raises(LookupError):
        redis()

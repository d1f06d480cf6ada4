"""Redis behind one client: in this process (`memory://`, nothing to install) or a real server.

Redis is a cache and a coordinator that may vanish at any moment; what must not be lost or doubted is in the database.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from fakeredis import FakeAsyncRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline

MAX_CONNECTIONS = 50
TIMEOUT_SECONDS = 2.0
SWEEP_SECONDS = 1.0

_client: Redis | None = None
_observers: ContextVar[tuple[list[str], ...]] = ContextVar("redis_observers", default=())


class _Observed:
    """Reports the name of each command to whoever observes; see `commands`."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        note_command(str(args[0]))
        return super().execute_command(*args, **options)  # pyright: ignore[reportAttributeAccessIssue]  a mixin of Redis


class _Pipeline(_Observed, Pipeline):
    pass


class _Client(_Observed):
    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pool: Any = self
        return _Pipeline(pool.connection_pool, pool.response_callbacks, transaction, shard_hint)


class _Server(_Client, Redis):
    pass


class _InProcess(_Client, FakeAsyncRedis):
    """Drops expired keys with its commands. fakeredis itself drops one when it is asked for it, and most never are.

    DBSIZE counts the living, so it takes out all that are due: about 1 µs for each, which is paid once, by a heap.
    """

    _swept = 0.0

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._swept = time.monotonic()
            await FakeAsyncRedis.execute_command(self, "DBSIZE")
        return await super().execute_command(*args, **options)


def connect(url: str) -> Redis:
    """A client of the server at `url`, or of a store in this process; it connects at its first command. Text, not bytes."""
    if url.startswith("memory://"):
        return _InProcess(decode_responses=True, max_connections=2**16)
    # redis-py's plain pool raises at its limit; this one waits for a free connection.
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        decode_responses=True,
    )
    return _Server.from_pool(pool)  # closes the pool with itself


def open_redis(url: str) -> None:
    """Make the process's client. Called once, when the app starts."""
    global _client
    _client = connect(url)


async def close_redis() -> None:
    """Close the process's client."""
    global _client
    if _client is not None:
        await _client.aclose()
        _client = None


def redis() -> Redis:
    """The process's client. Raises LookupError before the app has started."""
    if _client is None:
        raise LookupError("Redis is not open: the app has not started")
    return _client


def note_command(name: str) -> None:
    """Tell whoever observes that a command of this name is sent."""
    for seen in _observers.get():
        seen.append(name)


@contextmanager
def commands() -> Iterator[list[str]]:
    """The names of the commands that are sent within, those of pipelines when they are queued. Blocks nest."""
    seen: list[str] = []
    token = _observers.set((*_observers.get(), seen))
    try:
        yield seen
    finally:
        _observers.reset(token)

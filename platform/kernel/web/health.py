"""Whether the process can serve: what answers, and what it cannot do without."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from redis.exceptions import RedisError
from tortoise.connection import get_connection

from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.database.migrations.runner import MigrationError, pending
from kernel.database.writable import require_writable
from kernel.redis import redis
from kernel.slices.discovery import database_config
from kernel.startup.run import finished

TIMEOUT_SECONDS = 2.5
"""Well below the three seconds that are promised: each is asked at the same time, and this process has other work."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is up."""

    database: bool
    redis: bool
    migrations: bool
    startup: bool

    @property
    def missing(self) -> list[str]:
        """What is down that the app cannot serve without. Without Redis it reads the database: slower, never looser."""
        return [name for name in ("database", "migrations", "startup") if not getattr(self, name)]


_asked: asyncio.Task[Readiness] | None = None


async def check_readiness() -> Readiness:
    """Ask whatever the app depends on. Answers within three seconds.

    Whoever asks meanwhile is given the same answer: each costs 10 ms of CPU and, on SQLite, the lock for writing, and
    anybody may ask. Thirty who asked over and over kept everybody waiting, and made it say that the database is down.
    """
    global _asked
    if _asked is None or _asked.done():
        _asked = asyncio.create_task(_ask())
    return await asyncio.shield(_asked)


async def _ask() -> Readiness:
    (database, migrations), redis_is_up = await asyncio.gather(_database(), _redis())
    return Readiness(database=database, redis=redis_is_up, migrations=migrations, startup=finished())


async def _database() -> tuple[bool, bool]:
    """Whether it can be read and written, and whether it is migrated."""
    try:
        return True, not await _in_time(_ask_database())
    except (MigrationError, *DRIVER_ERRORS):
        return False, False


async def _ask_database() -> list[str]:
    config = database_config()
    missing = await pending(config)
    if not missing:
        for name in config["connections"]:
            await require_writable(get_connection(name))
    return missing


async def _redis() -> bool:
    try:
        return bool(await _in_time(redis().ping()))
    except (RedisError, OSError, TimeoutError):
        return False


async def _in_time(question: Awaitable[T]) -> T:
    """Its answer. Raises TimeoutError at once, unlike `wait_for`, which would wait for a driver that is slow to give up."""
    asked = asyncio.ensure_future(question)
    done, _ = await asyncio.wait({asked}, timeout=TIMEOUT_SECONDS)
    if done:
        return asked.result()
    asked.cancel()
    asked.add_done_callback(lambda late: late.cancelled() or late.exception())  # nobody asks for it any more
    raise TimeoutError

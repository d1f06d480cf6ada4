"""Whether the process can serve: what answers, and what it cannot do without."""

import asyncio

from redis.exceptions import RedisError

from kernel.database.migrations import MigrationError, pending
from kernel.modules import database_config
from kernel.redis import redis
from kernel.startup.run import finished

TIMEOUT_SECONDS = 3.0
REQUIRED = ("database", "migrations", "startup")  # without Redis the app reads the database: slower, never looser


async def readiness() -> dict[str, bool]:
    """Which of database, redis, migrations and startup are up. Takes three seconds at most for each."""
    database, missing = await _database()
    return {
        "database": database,
        "redis": await _redis(),
        "migrations": database and not missing,
        "startup": finished(),
    }


async def _database() -> tuple[bool, list[str]]:
    try:
        return True, await asyncio.wait_for(pending(database_config()), TIMEOUT_SECONDS)
    except (MigrationError, TimeoutError):
        return False, []


async def _redis() -> bool:
    try:
        return bool(await asyncio.wait_for(redis().ping(), TIMEOUT_SECONDS))
    except (RedisError, OSError, TimeoutError):
        return False

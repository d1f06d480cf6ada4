"""Whether the process can serve: what answers, and what it cannot do without."""

import asyncio
from dataclasses import dataclass

from redis.exceptions import RedisError

from kernel.database.driver_errors import DRIVER_ERRORS
from kernel.database.migrations.runner import MigrationError, pending
from kernel.redis import redis
from kernel.slices.discovery import database_config
from kernel.startup.run import finished

TIMEOUT_SECONDS = 3.0


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


async def check_readiness() -> Readiness:
    """Ask whatever the app depends on. Waits three seconds at most for each."""
    database, pending_migrations = await _database()
    migrations = database and not pending_migrations
    return Readiness(database=database, redis=await _redis(), migrations=migrations, startup=finished())


async def _database() -> tuple[bool, list[str]]:
    try:
        return True, await asyncio.wait_for(pending(database_config()), TIMEOUT_SECONDS)
    except (MigrationError, *DRIVER_ERRORS):
        return False, []


async def _redis() -> bool:
    try:
        return bool(await asyncio.wait_for(redis().ping(), TIMEOUT_SECONDS))
    except (RedisError, OSError, TimeoutError):
        return False

"""One process at a time that migrates a database, or fills it, on whatever machine it runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from filelock import FileLock, Timeout
from tortoise.backends.base.client import BaseDBAsyncClient

ADVISORY_KEY = int.from_bytes(b"tessera", "big")  # any bigint does, as long as all processes use the same
RETRY_SECONDS = 0.2


@asynccontextmanager
async def migration_lock(client: BaseDBAsyncClient, report: Callable[[str], None]) -> AsyncIterator[None]:
    """Hold the database's migration lock; wait for it, and say so, while another process has it.

    The lock ends with its holder: with the connection on PostgreSQL, which takes one of the pool's for the
    whole block, and with the process on SQLite, whose lock file beside the database stays there.
    """
    async with _LOCKS[client.capabilities.dialect](client) as take:
        waiting = False
        while not await take():
            if not waiting:
                report("another process is migrating or filling this database; waiting for it")
                waiting = True
            await asyncio.sleep(RETRY_SECONDS)
        yield


@asynccontextmanager
async def _sqlite(client: Any) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    lock = FileLock(f"{client.filename}.migrate.lock", blocking=False, mode=0o600)

    async def take() -> bool:
        try:
            lock.acquire()
        except Timeout:
            return False
        return True

    try:
        yield take
    finally:
        lock.release()


@asynccontextmanager
async def _postgres(client: Any) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    async with client.acquire_connection() as connection:  # asyncpg's pool unlocks when the connection goes back to it

        async def take() -> bool:
            return await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_KEY)

        yield take


_LOCKS = {"sqlite": _sqlite, "postgres": _postgres}

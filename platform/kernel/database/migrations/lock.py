"""One migrating process at a time for each database, on whatever machine it runs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

from tortoise.backends.base.client import BaseDBAsyncClient

if sys.platform == "win32":
    import msvcrt

    def _take_file(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
else:
    import fcntl

    def _take_file(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


ADVISORY_KEY = int.from_bytes(b"tessera", "big")  # any bigint does, as long as all processes use the same
RETRY_SECONDS = 0.2


@asynccontextmanager
async def migration_lock(client: BaseDBAsyncClient, report: Callable[[str], None]) -> AsyncIterator[None]:
    """Hold the database's migration lock; wait for it, and say so, while another process has it.

    The lock ends with its holder: with the connection on PostgreSQL, which takes one of the pool's for the
    whole block, and with the process's file handle on SQLite, whose lock file beside the database stays there.
    """
    async with _LOCKS[client.capabilities.dialect](client) as take:
        waiting = False
        while not await take():
            if not waiting:
                report("another process is migrating this database; waiting for it")
                waiting = True
            await asyncio.sleep(RETRY_SECONDS)
        yield


@asynccontextmanager
async def _sqlite(client: Any) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    path = Path(client.filename)
    with path.with_name(f"{path.name}.migrate.lock").open("ab") as file:

        async def take() -> bool:
            return _take_file(file)

        yield take


@asynccontextmanager
async def _postgres(client: Any) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    async with client.acquire_connection() as connection:  # asyncpg's pool unlocks when the connection goes back to it

        async def take() -> bool:
            return await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_KEY)

        yield take


_LOCKS = {"sqlite": _sqlite, "postgres": _postgres}

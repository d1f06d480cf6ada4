"""Whether a database can save anything: it may answer every read and have no room on its disk."""

import asyncio
import sqlite3
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

from kernel.database.driver_errors import is_conflict

PROBE_BYTES = 128 * 1024
BUSY_MILLISECONDS = 1000


async def require_writable(client: BaseDBAsyncClient) -> None:
    """Raise the driver's error if the database can save nothing. Leaves nothing behind."""
    if client.capabilities.dialect == "sqlite":
        await asyncio.to_thread(_write_and_undo, client)
    # A full disk stops PostgreSQL as a whole; what answers and takes no writes is a replica, or was made read-only.
    elif (await client.execute_query_dict("SHOW transaction_read_only"))[0]["transaction_read_only"] == "on":
        raise asyncpg.ReadOnlySQLTransactionError("the server is read-only")


def _write_and_undo(client: Any) -> None:
    if client.filename == ":memory:":
        return
    connection = sqlite3.connect(client.filename, isolation_level=None)
    try:
        # With no room in its cache for what is written, it goes to the disk before it is undone.
        for pragma, value in (client.pragmas | {"busy_timeout": BUSY_MILLISECONDS, "cache_size": 1}).items():
            connection.execute(f"PRAGMA {pragma}={value}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE probe (content)")
        connection.execute("INSERT INTO probe VALUES (zeroblob(?))", [PROBE_BYTES])
        connection.rollback()
    except sqlite3.OperationalError as error:
        if not is_conflict(error):  # somebody else is writing at this moment, so it can be written
            raise
    finally:
        connection.close()

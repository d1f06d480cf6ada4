"""SQLite, observed, and set up for several processes that write to one file.

Two connections: one for transactions and whatever else writes, one that only reads and, with the WAL, waits for no writer.

A transaction takes the write lock at its BEGIN and waits for it up to `busy_timeout`. The stock client's deferred
transactions take it at their first write; one that has read before and then meets another writer fails at once with
SQLITE_BUSY, whatever the timeout (https://www.sqlite.org/lang_transaction.html).
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import SqliteClient as StockClient
from tortoise.backends.sqlite.client import SqliteTransactionContext as StockContext
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from kernel.database.driver_errors import DatabaseBusy
from kernel.database.engines import ObservedClient, is_read

PRAGMAS = {
    "busy_timeout": 5000,  # milliseconds; the first one, since the others may have to wait as well
    "journal_mode": "WAL",
    "foreign_keys": "ON",
    "synchronous": "NORMAL",  # with WAL, a power cut may undo the last commits but never corrupts the file
}


OPENING_ATTEMPTS, OPENING_PAUSE_SECONDS = 50, 0.1


async def _take(lock: asyncio.Lock, seconds: float) -> None:
    """Take the lock of a connection. Raises DatabaseBusy if others of this process use it for too long."""
    try:
        async with asyncio.timeout(seconds):
            await lock.acquire()
    except TimeoutError:
        raise DatabaseBusy(f"the database file was in use for {seconds:g} s") from None


class SqliteTransaction(ObservedClient, SqliteTransactionWrapper):
    """A transaction or savepoint whose statements are observed."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(SqliteTransaction(self))

    async def begin(self) -> None:
        try:
            await self._connection.rollback()  # of what a failed commit may have left; never commit it
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error
        except asyncio.CancelledError:
            await self._connection.rollback()  # queued behind the BEGIN, which the driver's thread runs all the same
            raise

    async def commit(self) -> None:
        try:
            await super().commit()
        except BaseException:
            await self._connection.rollback()  # or the next transaction would find this one still open
            raise


class SqliteTransactionContext(StockContext):
    """Gives the connection back if the transaction cannot begin; the stock context would keep it locked for ever."""

    async def __aenter__(self) -> TransactionalDBClient:
        await _take(self._trxlock, self.connection._parent.acquire_timeout)
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection


class _Held(ConnectionWrapper[Any]):
    """A connection for one statement, after a bounded wait for it."""

    def __init__(self, client: "_Connection") -> None:
        super().__init__(client._lock, client)
        self._seconds = client.acquire_timeout

    async def __aenter__(self) -> Any:
        await _take(self._lock, self._seconds)
        try:
            await self.ensure_connection()
            # Of a cancelled `bulk_create`, say: whoever holds the lock has ended. What is written next would go with it.
            if self.connection.in_transaction:
                await self.connection.rollback()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class _Connection(StockClient):
    """The stock client, whose connection is opened with our pragmas or not at all."""

    def __init__(self, file_path: str, *, acquire_timeout: float = 5, **options: Any) -> None:
        super().__init__(file_path, **{**PRAGMAS, **options})
        self.acquire_timeout = acquire_timeout

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return _Held(self)

    async def create_connection(self, with_db: bool) -> None:
        # Switching a new file to WAL fails at once, whatever the timeout, while another process does the same.
        for attempts_left in reversed(range(OPENING_ATTEMPTS)):
            try:
                await self._open(with_db)
                return
            except sqlite3.OperationalError as error:
                if not attempts_left or "locked" not in str(error):
                    raise
            await asyncio.sleep(OPENING_PAUSE_SECONDS)

    async def _open(self, with_db: bool) -> None:
        _make_private(self.filename)
        try:
            await super().create_connection(with_db)
            assert self._connection
            # SQLite's own knows A to Z only, and a search for "müller" is to find MÜLLER as it does on PostgreSQL.
            await self._connection.create_function("UPPER", 1, _upper, deterministic=True)
        except BaseException:
            await self.close()  # else it would be used without its pragmas: foreign keys would be off
            raise


class _ReadingApart(_Connection):
    """Reads outside of a transaction have a connection of their own. An in-memory database has only the one."""

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **options)
        self._reader = None if file_path == ":memory:" else _Connection(file_path, **options, query_only="ON")

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        if self._reader and is_read(query):
            return await self._reader.execute_query(query, values)
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        if self._reader and is_read(query):
            return await self._reader.execute_query_dict(query, values)
        return await super().execute_query_dict(query, values)

    async def close(self) -> None:
        if self._reader:
            await self._reader.close()
        await super().close()


class SqliteClient(ObservedClient, _ReadingApart):
    """The stock client, observed; further pragmas may be given as options of the connection."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(SqliteTransaction(self), self._lock)


def _make_private(filename: str) -> None:
    """Make a file that is not there yet, for its owner alone. What SQLite writes beside it, -wal and -shm, has its mode."""
    if filename != ":memory:":
        with suppress(OSError):  # it is there; or SQLite will say what is wrong
            Path(filename).touch(mode=0o600, exist_ok=False)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


client_class = SqliteClient

"""SQLite, observed, and set up for several processes that write to one file.

A transaction takes the write lock at its BEGIN and waits for it up to `busy_timeout`. The stock client's deferred
transactions take it at their first write; one that has read before and then meets another writer fails at once with
SQLITE_BUSY, whatever the timeout (https://www.sqlite.org/lang_transaction.html).
"""

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient as StockClient
from tortoise.backends.sqlite.client import SqliteTransactionContext as StockContext
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from kernel.database.engines import ObservedClient

PRAGMAS = {
    "busy_timeout": 5000,  # milliseconds; the first one, since the others may have to wait as well
    "journal_mode": "WAL",
    "foreign_keys": "ON",
    "synchronous": "NORMAL",  # with WAL, a power cut may undo the last commits but never corrupts the file
}


OPENING_ATTEMPTS, OPENING_PAUSE_SECONDS = 50, 0.1


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
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection


class SqliteClient(ObservedClient, StockClient):
    """The stock client, observed; further pragmas may be given as options of the connection."""

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **{**PRAGMAS, **options})

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(SqliteTransaction(self), self._lock)

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


def _make_private(filename: str) -> None:
    """Make a file that is not there yet, for its owner alone. What SQLite writes beside it, -wal and -shm, has its mode."""
    if filename != ":memory:":
        with suppress(OSError):  # it is there; or SQLite will say what is wrong
            Path(filename).touch(mode=0o600, exist_ok=False)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


client_class = SqliteClient

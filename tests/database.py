"""The test database: SQLite by default, PostgreSQL where TEST_DB_URL says so. One for each worker, and put back after each test.

TEST_DB_URL names a server on which the user may create databases and switch foreign keys off (a superuser): the tests
make databases of their own there, `<name>_tessera_<worker>`, and drop them. TEST_REDIS_URL names a Redis whose
databases from the given number downwards, one a worker (of which there are up to eight), are emptied.
"""

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from tortoise.connection import get_connection

SERVER = os.environ.get("TEST_DB_URL", "")
REDIS_SERVER = os.environ.get("TEST_REDIS_URL", "")


@cache
def directory() -> Path:
    """Where this process keeps its files."""
    return Path(tempfile.mkdtemp(prefix="tessera-tests-"))


def url(worker: str) -> str:
    """The database of this worker."""
    if not SERVER:
        return f"sqlite://{directory() / 'test.sqlite3'}"
    parts = urlsplit(SERVER)
    return urlunsplit(parts._replace(path=f"/{parts.path.strip('/')}_tessera_{worker}"))


def redis_url(worker: str) -> str:
    """The Redis database of this worker."""
    if not REDIS_SERVER:
        return "memory://"
    parts = urlsplit(REDIS_SERVER)
    number = int(parts.path.strip("/") or 15) - int(worker.partition("_")[0].removeprefix("gw"))
    return urlunsplit(parts._replace(path=f"/{number}"))


async def create(worker: str) -> None:
    """An empty database for this worker."""
    if SERVER:
        await drop(worker)
        await _on_server(f'CREATE DATABASE "{_name(worker)}"')


async def drop(worker: str) -> None:
    """Leave nothing behind."""
    if SERVER:
        await _on_server(f'DROP DATABASE IF EXISTS "{_name(worker)}" WITH (FORCE)')


async def remember() -> None:
    """Take the state that `restore` brings back."""
    connection = get_connection("default")
    if not SERVER:
        await connection.execute_script(f"VACUUM INTO '{directory() / 'pristine.sqlite3'}'")
        await connection.execute_script(f"ATTACH '{directory() / 'pristine.sqlite3'}' AS pristine")
        return
    tables = "".join(f'CREATE TABLE pristine."{table}" AS TABLE public."{table}";' for table in await _tables())
    await connection.execute_script(f"CREATE SCHEMA pristine; {tables}")


async def restore() -> None:
    """Put every table back to what `remember` saw, counters of keys included."""
    global _undone
    if not SERVER and _undone == _written():
        return
    connection = get_connection("default")
    copies = "".join(
        f'DELETE FROM "{table}"; INSERT INTO "{table}" SELECT * FROM pristine."{table}";' for table in await _tables()
    )
    if not SERVER:
        await connection.execute_script(f"PRAGMA foreign_keys=OFF; BEGIN; {copies} COMMIT; PRAGMA foreign_keys=ON")
        _undone = _written()
        return
    counters = "".join(f"SELECT setval('{sequence}', {last or 1}, {last is not None});" for sequence, last in _counters)
    await connection.execute_script(f"BEGIN; SET LOCAL session_replication_role = replica; {copies} {counters} COMMIT")


async def empty(table: str) -> None:
    """Delete all of its rows, whatever rows of whichever module point at them. `restore` brings them back."""
    connection, delete = get_connection("default"), f'DELETE FROM "{table}"'
    if SERVER:
        await connection.execute_script(f"BEGIN; SET LOCAL session_replication_role = replica; {delete}; COMMIT")
    else:
        await connection.execute_script(f"PRAGMA foreign_keys=OFF; {delete}; PRAGMA foreign_keys=ON")


_undone: object = None


def _written() -> object:
    """How many rows the SQLite connection has written: of most tests none, and then there is nothing to undo."""
    connection: Any = get_connection("default")
    return connection._connection, connection._connection.total_changes


Contents = dict[str, list[dict[str, Any]]]


async def contents(*but: str) -> Contents:
    """Every row of every table, but these."""
    connection = get_connection("default")
    found = {
        table: await connection.execute_query_dict(f'SELECT * FROM "{table}"')
        for table in await _tables()
        if table not in but
    }
    counters = found.get("sqlite_sequence", [])
    counters[:] = [each for each in counters if each["name"] not in but and each["seq"]]  # 0: as if there were none
    return found


_table_names: list[str] = []
_counters: list[tuple[str, int | None]] = []


async def _tables() -> list[str]:
    if not _table_names:
        connection = get_connection("default")
        catalog = (
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
            if SERVER
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        _table_names.extend(sorted(row["name"] for row in await connection.execute_query_dict(catalog)))
        if SERVER:
            rows = await connection.execute_query_dict("SELECT sequencename, last_value FROM pg_sequences")
            _counters.extend((row["sequencename"], row["last_value"]) for row in rows)
    return _table_names


def _name(worker: str) -> str:
    return urlsplit(url(worker)).path.strip("/")


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

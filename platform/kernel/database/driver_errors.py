"""What a failure of the database means: someone else was faster, or nobody is there.

Tortoise translates some of its drivers' errors and lets others through; here is one reading of all of them.
"""

import re
import sqlite3

import asyncpg
from tortoise.exceptions import BaseORMException, DBConnectionError, IntegrityError

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_CONFLICTS = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
# Classes: connection exception, insufficient resources, operator intervention; invalid authorization, no such database
_ABSENCE = {"08", "53", "57", "28", "3D"}
_LOSS = {"25P03", "57P01", "57P02", "57P05"}  # the server ended the session: an idle transaction, a stop, a crash
_UNWRITABLE = {"25006", "53100"}  # read-only transaction, disk full
_SQLITE_BUSY = ("database is locked", "database table is locked")
_SQLITE_UNWRITABLE = (
    "database or disk is full",
    "disk I/O error",
    "attempt to write a readonly database",
    "unable to open database file",
)
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
# The text before it is in the server's language. A column that is also a keyword is quoted.
_POSTGRES_KEY = re.compile(r'[^(]*\(((?:\w+|"[^"]+")(?:, (?:\w+|"[^"]+"))*)\)=\(')

DRIVER_ERRORS = (
    BaseORMException,
    sqlite3.OperationalError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
)
# What asyncpg raises by itself where a connection ends under it; the same where a table changes under a statement.
_LOST = (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.InvalidCachedStatementError, ConnectionError)


class DatabaseBusy(DBConnectionError):
    """None of the connections became free in time."""


class CommitUnknown(DBConnectionError):
    """The connection was lost between COMMIT and its answer: what was written may be there, or not."""


def is_conflict(error: BaseException) -> bool:
    """Whether another transaction held what this one needed. Nothing was changed; the caller may try again."""
    cause = _cause(error)
    return _state(cause) in _CONFLICTS or any(text in str(cause) for text in _SQLITE_BUSY)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database did not answer, is about to stop, or cannot be written."""
    cause = _cause(error)
    # The first of them also around an OSError that is no ConnectionError: no route, no such host, several addresses tried.
    unreachable = (
        isinstance(error, DBConnectionError) or isinstance(cause, TimeoutError) or _state(cause)[:2] in _ABSENCE
    )
    return unreachable or is_lost(cause) or is_unwritable(cause)


def is_lost(error: BaseException) -> bool:
    """Whether the connection ended, or what it knew of the tables: the same on a fresh one may succeed."""
    cause = _cause(error)
    if isinstance(error, DBConnectionError):  # there was none
        return False
    if isinstance(cause, ValueError):  # asyncpg's word for a value that does not fit
        return False
    state = _state(cause)
    return isinstance(cause, _LOST) or state.startswith("08") or state in _LOSS


def is_unwritable(error: BaseException) -> bool:
    """Whether the database answers, but cannot save anything: a full disk, a read-only file or server."""
    cause = _cause(error)
    full = isinstance(cause, sqlite3.Error) and any(text in str(cause) for text in _SQLITE_UNWRITABLE)
    return full or _state(cause) in _UNWRITABLE


def violated_unique(error: IntegrityError) -> tuple[str, list[str]] | None:
    """The table and the columns of the unique index that was violated; None for another kind of violation.

    What the database does not tell is empty: the columns of an index over expressions, and on SQLite its table too.
    """
    cause = _cause(error)
    if isinstance(cause, asyncpg.UniqueViolationError):
        told = cause.as_dict()  # without what the server left out: the detail of a row that the user may not read
        key = _POSTGRES_KEY.match(told.get("detail", ""))
        return told.get("table_name", ""), [column.strip('"') for column in key[1].split(", ")] if key else []
    found = _SQLITE_UNIQUE.search(str(cause))
    if found is None:
        return None
    if found[1].startswith("index '"):
        return "", []
    table = found[1].partition(".")[0]
    return table, [column.removeprefix(f"{table}.") for column in found[1].split(", ")]


def _cause(error: BaseException) -> BaseException:
    """The driver's own error, where Tortoise wrapped it."""
    wrapped = error.args[0] if isinstance(error, BaseORMException) and error.args else None
    return wrapped if isinstance(wrapped, BaseException) else error


def _state(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""

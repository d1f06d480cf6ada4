"""What a failure of the database means: someone else was faster, or nobody is there.

Tortoise translates some of its drivers' errors and lets others through; here is one reading of all of them.
"""

import re
import sqlite3

import asyncpg
from tortoise.exceptions import BaseORMException, DBConnectionError, IntegrityError

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_CONFLICTS = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
_ABSENCE = {"08", "53", "57"}  # classes: connection exception, insufficient resources, operator intervention
_SQLITE_BUSY = ("database is locked", "database table is locked")
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
# The text before it is in the server's language. A column that is also a keyword is quoted.
_POSTGRES_KEY = re.compile(r'[^(]*\(((?:\w+|"[^"]+")(?:, (?:\w+|"[^"]+"))*)\)=\(')

DRIVER_ERRORS = (
    BaseORMException,
    sqlite3.OperationalError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    ConnectionError,
    TimeoutError,
)


def is_conflict(error: BaseException) -> bool:
    """Whether another transaction held what this one needed. Nothing was changed; the caller may try again."""
    cause = _cause(error)
    return _state(cause) in _CONFLICTS or any(text in str(cause) for text in _SQLITE_BUSY)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database did not answer, or is about to stop."""
    cause = _cause(error)
    unreachable = (DBConnectionError, asyncpg.InterfaceError, ConnectionError, TimeoutError)
    return isinstance(cause, unreachable) or _state(cause)[:2] in _ABSENCE


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

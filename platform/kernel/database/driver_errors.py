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


def _cause(error: BaseException) -> BaseException:
    """The driver's own error, where Tortoise wrapped it."""
    wrapped = error.args[0] if isinstance(error, BaseORMException) and error.args else None
    return wrapped if isinstance(wrapped, BaseException) else error


def _state(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""


_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_POSTGRES_UNIQUE = re.compile(r"Key \((?P<columns>.+?)\)=\(")


def violated_unique(error: IntegrityError) -> tuple[str, list[str]] | None:
    """The table and the columns of the unique index that was violated; None for another kind of violation."""
    cause = _cause(error)
    if isinstance(cause, asyncpg.UniqueViolationError):
        fields = cause.as_dict()
        found = _POSTGRES_UNIQUE.search(fields["detail"])
        return (fields["table_name"], _columns(found["columns"])) if found else None
    found = _SQLITE_UNIQUE.search(str(cause))
    if not found:
        return None
    names = _columns(found["columns"])  # each with its table before it
    return names[0].partition(".")[0], [name.rpartition(".")[2] for name in names]


def _columns(listed: str) -> list[str]:
    return [column.strip().strip('"') for column in listed.split(",")]

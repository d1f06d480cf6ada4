"""What is asked at every request, kept in Redis for half a minute. The database is the truth, and answers where Redis does not.

Whoever misses something takes a **lease** on its key, asks the database, and keeps the answer if the lease still stands
(Nishtala et al., Scaling Memcache at Facebook, section 3.2.1). Whoever changes it says so with `changes`, within the
transaction. Before the commit a **mark** overwrites what is there, value or lease, so that nothing old is given out or
kept any more; after the commit, and before anybody is told, the mark is taken away. A crash leaves the mark, which outlasts
every commit, and until it is gone everybody asks the database.

What remains is a mark that could not be set: while Redis can be reached by who reads and not by who writes. It is set as
soon as there is a connection again. If the process ends before, an old value lives for `HOLD_SECONDS`, 30, after the
commit: TTL_SECONDS, and before those LEASE_SECONDS at most, by Redis's clock. A Redis that was away may have forgotten
marks: whoever saw it go does not ask it for as long (`kernel.redis_line`).
"""

import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from kernel.redis_line import HOLD_SECONDS, Command, line
from kernel.settings import settings

T = TypeVar("T")

LEASE_SECONDS = 5
TTL_SECONDS = HOLD_SECONDS - LEASE_SECONDS
COMMIT_SECONDS = 5
"""How long a mark outlasts the longest COMMIT."""
_MARKS_AT_ONCE = 500
_MARK = "?"  # a lease is a mark with a name
_KEEP = """
for i, key in ipairs(KEYS) do
    if redis.call("GET", key) == ARGV[1] then redis.call("SET", key, ARGV[i + 2], "PX", ARGV[2]) end
end
"""

_changed: ContextVar[set[str] | None] = ContextVar("changed_keys", default=None)


async def read(names: Sequence[str]) -> list[str | None]:
    """The value of each name; None for what is not kept, or is being changed, and for all if Redis does not answer."""
    answers = await line().ask(("MGET", *map(_key, names))) if line().is_sound else None
    kept: list[str | None] = answers[0] if answers else [None] * len(names)
    return [None if value is None or value.startswith(_MARK) else value for value in kept]


async def lease(names: Sequence[str]) -> str | None:
    """To be taken before the database is asked; None if Redis does not answer."""
    if not line().is_sound:
        return None
    taken = _MARK + secrets.token_hex(8)
    answers = await line().ask(*[("SET", _key(name), taken, "NX", "PX", _ms(LEASE_SECONDS)) for name in names])
    return None if answers is None else taken


async def keep(values: Mapping[str, str], taken: str | None, seconds: float = TTL_SECONDS) -> None:
    """Keep what the database said, where the lease that was taken still stands."""
    if taken is not None:
        keys = map(_key, values)
        await line().say(("EVAL", _KEEP, len(values), *keys, taken, _ms(seconds), *values.values()))


def changes(*names: str) -> None:
    """The transaction at hand changes what is kept under these names. Raises LookupError outside of one."""
    changed = _changed.get()
    if changed is None:
        raise LookupError(f"{', '.join(names)}: changed outside of a transaction; open transaction(__name__)")
    changed.update(names)


def changed_so_far() -> Collection[str] | None:
    """The names that the transaction at hand changes; None outside of one."""
    return _changed.get()


@contextmanager
def collecting() -> Iterator[set[str]]:
    """For a transaction: the names that are changed within it."""
    changed: set[str] = set()
    token = _changed.set(changed)
    try:
        yield changed
    finally:
        _changed.reset(token)


async def mark(names: Collection[str]) -> None:
    """Before the commit: from here on nobody is given the old value, and nobody keeps it."""
    lasting = _ms(settings().db_command_timeout_seconds + COMMIT_SECONDS)
    for keys in _portions(names):
        # DEL too, as a Redis that is full refuses SET.
        await _insist(("DEL", *keys), *[("SET", key, _MARK, "PX", lasting) for key in keys])


async def unmark(names: Collection[str]) -> None:
    """After the commit, and before anybody is told of it: what was kept or leased while a mark was lost goes with the marks."""
    for keys in _portions(names):
        await _insist(("DEL", *keys))


async def _insist(*commands: Command) -> None:
    with suppress(LookupError):  # a command of an operator, without Redis: in force when the old values have gone
        await line().insist(*commands)


def _portions(names: Collection[str]) -> Iterator[list[str]]:
    keys = [*map(_key, names)]
    for start in range(0, len(keys), _MARKS_AT_ONCE):
        yield keys[start : start + _MARKS_AT_ONCE]


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


@cache
def _prefix(seed: str) -> str:
    """Of this installation: another one may use the same Redis, and has a user 1 as well."""
    return f"tessera:{hashlib.sha256(seed.encode()).hexdigest()[:8]}:"


def _key(name: str) -> str:
    return _prefix(settings().sqids_key) + name

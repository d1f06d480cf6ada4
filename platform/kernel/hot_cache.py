"""What is asked at every request, kept in Redis for half a minute. The database is the truth, and answers where Redis does not.

Whoever changes what is kept here says so with `changes`, within the transaction. Just before the commit each of these
keys is overwritten by a mark; while it stands, everybody asks the database, and keeps nothing. After the commit the mark is
left for a few seconds, for those who read before it. So there is no moment at which a crash would leave an old value in
force: it would leave the mark.

What remains is a mark that could not be set. It is tried again for as long as an old value could live, TTL_SECONDS, and
that is the bound: 30 seconds, and only while Redis cannot be reached by who changes and can be by who reads.

A request waits at most 50 ms for Redis. After one failure, or three answers in a row that came too late, Redis is not asked
for TTL_SECONDS: for as long as something could still stand there that was changed meanwhile.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from time import monotonic
from typing import TypeVar

import structlog
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from kernel.redis import redis
from kernel.settings import settings

TTL_SECONDS = 30
PATIENCE_SECONDS = 0.05
LATE_AT_MOST = 3
HOLD_SECONDS = 6
"""How long a mark outlasts the commit: twice the time within which a reader keeps what the database answered."""
RETRY_SECONDS = 1.0
_MARK = "changing"

log = structlog.get_logger(__name__)
T = TypeVar("T")

_changed: ContextVar[set[str] | None] = ContextVar("changed_keys", default=None)
_unmarked: dict[str, float] = {}
"""The keys whose mark could not be set, and until when it is tried."""
_retrying: asyncio.Task[None] | None = None


class _Circuit:
    """Whether Redis is asked: open, it is not (Nygard, Release It!, "Circuit Breaker")."""

    def __init__(self) -> None:
        self.late = 0
        self.open_until = 0.0

    @property
    def is_open(self) -> bool:
        return monotonic() < self.open_until

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """The answer; None if there is none in time."""
        if self.is_open:
            return None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await question()
        except (TimeoutError, RedisTimeout):
            self.late += 1
            if self.late >= LATE_AT_MOST:
                self._open("no answer in time")
            return None
        except (RedisError, OSError, LookupError) as error:
            self._open(str(error))
            return None
        self.late = 0
        return answer

    def _open(self, why: str) -> None:
        self.late, self.open_until = 0, monotonic() + TTL_SECONDS
        log.warning("Redis does not answer, asking the database instead", error=why, seconds=TTL_SECONDS)


_circuit = _Circuit()


async def read(names: Sequence[str]) -> list[str | None]:
    """The value of each name; None for what is not kept, or is being changed, and for all if Redis does not answer."""
    kept = await _circuit.ask(lambda: redis().mget([_key(name) for name in names]))
    return (
        [None if value == _MARK else str(value) if value is not None else None for value in kept]
        if kept
        else [None] * len(names)
    )


async def keep(values: Mapping[str, str], *, asked_at: float) -> None:
    """Keep what the database said, unless it is being changed. `asked_at`: `monotonic()` before it was asked."""
    if monotonic() - asked_at > HOLD_SECONDS / 2:
        return  # a mark may have come and gone since

    async def question() -> None:
        pipeline = redis().pipeline(transaction=False)
        for name, value in values.items():
            pipeline.set(_key(name), value, nx=True, ex=TTL_SECONDS)
        await pipeline.execute()

    await _circuit.ask(question)


def changes(*names: str) -> None:
    """The transaction at hand changes what is kept under these names. Raises LookupError outside of one."""
    changed = _changed.get()
    if changed is None:
        raise LookupError(f"{', '.join(names)}: changed outside of a transaction; open transaction(__name__)")
    changed.update(names)


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
    """Before the commit: from here on nobody keeps the old value, and nobody is given it."""
    await _mark(names, settings().db_command_timeout_seconds + HOLD_SECONDS)  # longer than a COMMIT may take


async def unmark(names: Collection[str]) -> None:
    """After the commit: let the marks stand for those who read before it, and no longer."""
    await _mark(names, HOLD_SECONDS)


async def _mark(names: Collection[str], seconds: float) -> None:
    global _retrying
    if names and not await _set_marks(names, seconds):
        _unmarked.update(dict.fromkeys(names, monotonic() + TTL_SECONDS))
        if _retrying is None or _retrying.done():
            _retrying = asyncio.create_task(_retry())


async def _set_marks(names: Collection[str], seconds: float) -> bool:
    """Whether Redis took them. It is asked though the circuit is open here: it may answer others."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            pipeline = redis().pipeline(transaction=False)
            for name in names:
                pipeline.set(_key(name), _MARK, px=int(seconds * 1000))
            await pipeline.execute()
    except (TimeoutError, RedisError, OSError, LookupError):
        return False
    return True


async def _retry() -> None:
    while _unmarked:
        await asyncio.sleep(RETRY_SECONDS)
        for name in [name for name, until in _unmarked.items() if until < monotonic()]:
            del _unmarked[name]
        names = list(_unmarked)
        if names and await _set_marks(names, HOLD_SECONDS):
            for name in names:
                del _unmarked[name]


@cache
def _prefix(seed: str) -> str:
    """Of this installation: another one may use the same Redis, and has a user 1 as well."""
    return f"tessera:{hashlib.sha256(seed.encode()).hexdigest()[:8]}:"


def _key(name: str) -> str:
    return _prefix(settings().sqids_key) + name

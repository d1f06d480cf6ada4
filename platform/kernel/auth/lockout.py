"""The lock on guessing: five failed sign-ins for one name within 15 minutes lock that name for 15 minutes.

Counted in Redis; while Redis is away, in this process, so that guessing never becomes free.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.redis import connect, redis

MAX_FAILURES = 5
WINDOW_SECONDS = 15 * 60

log = structlog.get_logger(__name__)
T = TypeVar("T")


@asynccontextmanager
async def limit_guesses(user_name: str) -> AsyncIterator[None]:
    """Verify a password within. A refusal 2401 counts as a failure of the name; going through clears the count.

    Raises Refusal 2408 while the name is locked, even for the right password.
    """
    await refuse_if_locked(user_name)
    try:
        yield
    except Refusal as refusal:
        if refusal.code is Code.WRONG_CREDENTIALS:
            await count_failure(user_name)
        raise
    # Once more: of many guesses at once, those that were verified after the fifth failure come too late.
    await refuse_if_locked(user_name)
    await forget_failures(user_name)


async def refuse_if_locked(user_name: str) -> None:
    """Raise Refusal 2408 while the name is locked."""

    async def failures(client: Redis) -> int:
        return int(await client.get(_key(user_name)) or 0)

    if await _with_redis(failures) >= MAX_FAILURES:
        raise Refusal(Code.LOGIN_LOCKED)


async def count_failure(user_name: str) -> None:
    """Count a failed sign-in. The fifth starts the 15 minutes of the lock anew.

    Raises Refusal 2408 from the sixth on: of many guesses at once, the right one, which is refused as locked, must
    not stand out among wrong ones that are refused as wrong.
    """

    async def count(client: Redis) -> int:
        # First a count that ends by itself: a lost command must not lock a name for ever.
        await client.set(_key(user_name), 0, ex=WINDOW_SECONDS, nx=True)
        failures = int(await client.incr(_key(user_name)))
        if failures == MAX_FAILURES:
            await client.expire(_key(user_name), WINDOW_SECONDS)
        return failures

    if await _with_redis(count) > MAX_FAILURES:
        raise Refusal(Code.LOGIN_LOCKED)


async def forget_failures(user_name: str) -> None:
    """A successful sign-in clears the count."""

    async def forget(client: Redis) -> None:
        await client.delete(_key(user_name))

    await _with_redis(forget)


def _key(user_name: str) -> str:
    return f"login:failures:{user_name}"


async def _with_redis(work: Callable[[Redis], Awaitable[T]]) -> T:
    try:
        return await work(redis())
    except RedisError as error:
        log.warning("redis unavailable, counting failed sign-ins in process", error=str(error))
        return await work(_fallback())


@cache
def _fallback() -> Redis:
    return connect("memory://")

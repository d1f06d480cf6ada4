"""Answers that are asked for far more often than they change, kept in Redis by their name: the one cache of what use cases answer.

It stands on `hot_cache`, so nothing old is kept past a change, and without Redis each answer is made anew.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from kernel.hot_cache import changed_so_far, changes, keep, lease, read

T = TypeVar("T")


async def cached(name: str, kind: type[T], load: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """What `load` returns, of the type `kind`, kept under the name for so long, or until somebody says `outdate(name)`.

    Of those in this process who miss it at once one loads it for all. Within a transaction it is loaded for nobody else.
    For what may be old for as long where Redis has lost a mark, such as the entries of a list; never for who may do what.
    """
    shape, key, changed = _adapter(kind), f"cached:{name}", changed_so_far()

    async def kept() -> list[T]:
        with suppress(ValidationError):  # of another version of us
            return [shape.validate_json(value) for value in await read([key]) if value is not None]
        return []

    async def find() -> T:
        if found := await kept():  # by somebody who was faster
            return found[0]
        taken = await lease([key])
        fresh = await load()
        await keep({key: shape.dump_json(fresh).decode()}, taken, seconds)
        return fresh

    if not (changed and key in changed) and (found := await kept()):
        return found[0]
    return await (_shared(key, find) if changed is None else load())  # what is not committed is for nobody else


_loading: dict[str, asyncio.Task[Any]] = {}
_coming: dict[str, asyncio.Task[Any]] = {}


async def _shared(key: str, find: Callable[[], Awaitable[T]]) -> T:
    """What `find` returns, once for all in this process who ask before it begins.

    Whoever asks later shares the next one, which begins when it has ended: nobody is given what was read before they asked.
    """
    coming = _coming.get(key)
    if coming is None or coming.done():  # done without having begun: its event loop has ended
        coming = _coming[key] = asyncio.create_task(_find(key, find))
    return await asyncio.shield(coming)  # one who goes away takes it from nobody


async def _find(key: str, find: Callable[[], Awaitable[T]]) -> T:
    if before := _loading.get(key):
        await asyncio.wait([before])
    _loading[key] = _coming.pop(key)
    try:
        return await find()
    finally:
        del _loading[key]


def outdate(*names: str) -> None:
    """The transaction at hand changes what is cached under these names. Raises LookupError outside of one."""
    changes(*[f"cached:{name}" for name in names])


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)

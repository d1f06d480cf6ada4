"""How many transactions may hold a connection at once.

One that waits for a locked row holds its connection. So that forty of them do not take the whole pool, transactions share
three quarters of it, and those of one use case a quarter: while they wait, everybody can read, and other use cases write.
The rest waits for its turn, outside of the pool, and not for ever.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakKeyDictionary

from tortoise.backends.base.client import BaseDBAsyncClient

from kernel.database.driver_errors import DatabaseBusy
from kernel.database.engines.asyncpg import AsyncpgClient


class _Turns:
    def __init__(self, pool_size: int) -> None:
        self.of_all = asyncio.Semaphore(max(1, pool_size * 3 // 4))
        self.of_one = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(max(1, pool_size // 4)))


_turns: WeakKeyDictionary[AsyncpgClient, _Turns] = WeakKeyDictionary()


@asynccontextmanager
async def turn(client: BaseDBAsyncClient, use_case: str) -> AsyncIterator[None]:
    """Hold a turn within. Raises DatabaseBusy if none becomes free. SQLite, with one writer, needs none."""
    if not isinstance(client, AsyncpgClient):
        yield
        return
    if (turns := _turns.get(client)) is None:
        turns = _turns[client] = _Turns(client.pool_maxsize)
    async with AsyncExitStack() as held:
        try:
            async with asyncio.timeout(client.acquire_timeout):
                await held.enter_async_context(turns.of_one[use_case])
                await held.enter_async_context(turns.of_all)
        except TimeoutError:
            raise DatabaseBusy(f"{use_case}: no turn to write in {client.acquire_timeout:g} s") from None
        yield

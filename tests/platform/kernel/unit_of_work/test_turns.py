"""Transactions share a part of the connections, those of one use case a smaller part."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from kernel.database.driver_errors import DatabaseBusy
from kernel.database.engines.asyncpg import AsyncpgClient
from kernel.database.engines.sqlite import SqliteClient
from kernel.unit_of_work.turns import turn


def client(size: int) -> AsyncpgClient:
    return AsyncpgClient("nobody", maxsize=size, connection_name="default", acquire_timeout=0.05)


async def held(size: int, *use_cases: str) -> int:
    """How many of these turns can be held at once."""
    database = client(size)
    async with AsyncExitStack() as turns:
        for number, use_case in enumerate(use_cases):
            try:
                await turns.enter_async_context(turn(database, use_case))
            except DatabaseBusy:
                return number
    return len(use_cases)


async def test_one_use_case_leaves_turns_to_others_and_all_leave_connections_to_reads() -> None:
    assert await held(16, *["onboard"] * 20) == 4
    assert await held(16, *["onboard"] * 4, *["transfer"] * 4, "search") == 9
    assert await held(16, *map(str, range(20))) == 12
    assert await held(1, "onboard", "transfer") == 1


async def test_a_turn_is_given_back_whatever_happens() -> None:
    database = client(4)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with turn(database, "onboard"):
                raise ZeroDivisionError
    async with turn(database, "onboard"):
        with pytest.raises(DatabaseBusy, match="onboard: no turn to write"):
            await turn(database, "onboard").__aenter__()
    async with turn(database, "onboard"):
        pass


async def test_whoever_waits_comes_in_turn() -> None:
    database, order = client(4), list[int]()

    async def work(number: int) -> None:
        async with turn(database, "onboard"):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*map(work, range(10)))
    assert order == list(range(10))


async def test_sqlite_has_one_writer_and_needs_none() -> None:
    database = SqliteClient(":memory:", connection_name="default")
    async with turn(database, "onboard"), turn(database, "onboard"):
        pass

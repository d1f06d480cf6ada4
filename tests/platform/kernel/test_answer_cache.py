"""Answers that are kept: loaded once for all who ask at once, never what is older than the question, never what is undone."""

import asyncio

import pytest
from fastapi import Response
from pydantic.errors import PydanticSchemaGenerationError

from kernel.answer_cache import cached, outdate
from kernel.hot_cache import keep, lease, read
from kernel.ids import PublicId, public_id
from kernel.redis import redis
from kernel.schema.base import Schema
from kernel.unit_of_work.transaction import transaction

pytestmark = pytest.mark.usefixtures("app")


async def test_an_answer_is_loaded_once_until_it_is_outdated(app: object) -> None:
    loaded: list[int] = []

    async def load() -> list[int]:
        loaded.append(len(loaded))
        return list(loaded)

    async def ask() -> list[int]:
        return await cached("numbers", list[int], load, seconds=60)

    assert [await ask(), await ask()] == [[0], [0]]
    async with transaction(__name__):
        outdate("numbers")
    assert [await ask(), await ask()] == [[0, 1], [0, 1]]
    await redis().flushdb()
    await keep({"cached:numbers": '"no list"'}, await lease(["cached:numbers"]))
    assert await ask() == [0, 1, 2]
    with pytest.raises(LookupError):
        outdate("numbers")


class Book:
    id_kind = "book"


class BookCount(Schema):
    book_id: PublicId[Book]
    genre_id: PublicId[Book] | None
    is_new: bool


async def test_an_answer_with_keys_is_kept_as_well(app: object) -> None:
    """They are public ids in what is kept, as in what is given out, and numbers again for who asks."""
    answer, loaded = (
        [BookCount(book_id=7, genre_id=None, is_new=True), BookCount(book_id=8, genre_id=9, is_new=False)],
        [],
    )

    async def load() -> list[BookCount]:
        loaded.append(1)
        return answer

    for _ in range(2):
        assert await cached("books", list[BookCount], load, seconds=60) == answer
    assert len(loaded) == 1
    assert public_id(Book, 9) in str(await read(["cached:books"]))


async def test_a_null_is_an_answer_that_is_kept(app: object) -> None:
    loaded: list[int] = []

    async def load() -> int | None:
        loaded.append(1)

    for _ in range(2):
        assert await cached("nothing", int | None, load, seconds=60) is None  # pyright: ignore[reportArgumentType]  a union is no class
    assert len(loaded) == 1


async def test_no_response_is_cached(app: object) -> None:
    """It is built anew for each caller, with headers of their own; what is kept is data."""

    async def load() -> Response:
        raise AssertionError

    with pytest.raises(PydanticSchemaGenerationError):
        await cached("page", Response, load, seconds=60)


class Loading:
    """A `load` that waits until it is let go, and what it found when it began."""

    def __init__(self) -> None:
        self.database, self.began = 1, list[int]()
        self.another, self.let_go = asyncio.Event(), asyncio.Event()

    async def load(self) -> int:
        self.began.append(self.database)
        self.another.set()
        found = self.database
        await self.let_go.wait()
        return found

    async def ask(self) -> int:
        return await cached("number", int, self.load, seconds=60)

    async def until(self, loads: int) -> None:
        """Until so many have begun."""
        while len(self.began) < loads:
            await asyncio.wait_for(self.another.wait(), 5)
            self.another.clear()


@pytest.fixture(params=["with Redis", "without"])
def with_or_without(request: pytest.FixtureRequest) -> str:
    if request.param == "without":
        request.getfixturevalue("no_redis")
    return request.param


async def test_of_ten_who_miss_it_at_once_one_loads_it(with_or_without: str) -> None:
    loading = Loading()
    loading.let_go.set()
    assert await asyncio.gather(*(loading.ask() for _ in range(10))) == [1] * 10
    assert loading.began == [1]


async def test_who_asks_later_is_not_given_what_was_read_before(with_or_without: str) -> None:
    """A load is under way when a change is committed: who asks after that shares the next one, all of them one."""
    loading = Loading()
    early = asyncio.create_task(loading.ask())
    await loading.until(1)
    async with transaction(__name__):
        outdate("number")
        loading.database = 2
    late = [asyncio.create_task(loading.ask()) for _ in range(10)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert loading.began == [1]
    loading.let_go.set()
    assert await early == 1
    assert await asyncio.gather(*late) == [2] * 10
    assert loading.began == [1, 2]
    assert await loading.ask() == 2


async def test_who_goes_away_takes_it_from_nobody() -> None:
    loading = Loading()
    first, second = asyncio.create_task(loading.ask()), asyncio.create_task(loading.ask())
    await loading.until(1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    loading.let_go.set()
    assert (await second, loading.began) == (1, [1])


async def test_what_breaks_down_is_loaded_again_by_the_next() -> None:
    async def load() -> int:
        raise ZeroDivisionError

    for _ in range(2):
        asked = [cached("number", int, load, seconds=60) for _ in range(3)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found] == [ZeroDivisionError] * 3
    loading = Loading()
    loading.let_go.set()
    assert await loading.ask() == 1


async def test_what_a_transaction_has_not_committed_is_for_nobody_else() -> None:
    """It is loaded on the transaction's own connection: kept or shared, it would outlive a rollback."""
    loading = Loading()
    loading.let_go.set()

    async def change_and_break_down() -> None:
        async with transaction(__name__):
            loading.database = 2
            assert await loading.ask() == 2
            outdate("number")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_break_down()
    loading.database = 1
    assert await loading.ask() == 1
    async with transaction(__name__):
        assert await loading.ask() == 1
        loading.database = 3
        outdate("number")
        assert await loading.ask() == 3
    assert loading.began == [2, 1, 3]

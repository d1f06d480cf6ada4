"""One transaction for each use case that writes; what it tells others is told after the commit, or never."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg as asyncpg_driver
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs
from tortoise.context import TortoiseContext

from features.hr.models import Tag
from kernel import emit, transaction
from kernel.database.config import tortoise_config
from kernel.database.engines import asyncpg, sqlite
from kernel.settings import settings
from kernel.slices.discovery import database_config
from kernel.unit_of_work.background import deferring
from kernel.unit_of_work.models import EventDelivery
from kernel.unit_of_work.transaction import after_commit, connection_of
from tests.database import SERVER
from tests.platform.kernel.conftest import Listening
from tests.platform.kernel.database.databases import connected
from tests.platform.kernel.unit_of_work.conftest import TagMade, make, tags

pytestmark = pytest.mark.usefixtures("app")

Transaction: Any = asyncpg.AsyncpgTransaction if SERVER else sqlite.SqliteTransaction
TransactionContext: Any = asyncpg.AsyncpgTransactionContext if SERVER else sqlite.SqliteTransactionContext


async def test_it_commits_and_then_tells(told: list[object]) -> None:
    async with transaction(__name__):
        await make("a")
        await make("b")
        assert told == []
    assert await tags() == ["a", "b"]
    assert told == ["a", "b"]


async def test_others_see_the_row_by_the_time_that_they_are_told(listening: Listening) -> None:
    """A connection of its own looks, which sees nothing of a transaction that is still open."""
    seen: list[Any] = []

    async def look() -> list[str]:
        async with connected(database_config()) as outside:
            rows = await outside.execute_query_dict("SELECT name FROM hr_tag WHERE category = 'test'")
            return [row["name"] for row in rows]

    async def react(_event: TagMade) -> None:
        seen.append(await look())

    await listening(react, TagMade)
    async with transaction(__name__):
        await make("a")
        seen.append(await look())
    assert seen == [[], ["a"]]


@pytest.mark.parametrize("failure", [ValueError, asyncio.CancelledError])
async def test_after_a_failure_nothing_is_kept_and_nothing_told(
    failure: type[BaseException], told: list[object]
) -> None:
    async def break_down() -> None:
        async with transaction(__name__):
            await make("a")
            raise failure

    with pytest.raises(failure):
        await break_down()
    assert (await tags(), told) == ([], [])
    async with transaction(__name__):
        await make("b")
    assert (await tags(), told) == (["b"], ["b"])


async def test_whoever_is_cancelled_after_the_commit_has_committed(
    told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose connection is given back at that moment."""
    stock = TransactionContext.__aexit__

    async def exit_and_cancel(context: Any, *arguments: Any) -> None:
        await stock(context, *arguments)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(TransactionContext, "__aexit__", exit_and_cancel)
        with pytest.raises(asyncio.CancelledError):
            async with transaction(__name__):
                await make("a")
    assert (await tags(), told) == (["a"], ["a"])


async def test_what_is_not_known_to_be_committed_is_not_told(
    told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(_transaction: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", lose)
        with pytest.raises(ConnectionError):
            async with transaction(__name__):
                await make("a")
    assert told == []


async def test_within_another_one_it_joins_that(told: list[object]) -> None:
    async with transaction(__name__):
        await make("a")
        async with transaction(__name__):
            await make("b")
        assert told == []
        await make("c")
    assert told == ["a", "b", "c"]


async def test_what_was_joined_is_undone_with_the_rest(told: list[object]) -> None:
    async def break_down() -> None:
        async with transaction(__name__):
            async with transaction(__name__):
                await make("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_down()
    assert (await tags(), told) == ([], [])


async def test_nothing_can_be_told_before_or_after() -> None:
    for _ in range(2):
        with pytest.raises(LookupError, match="TagMade was emitted outside of a transaction"):
            emit(TagMade(tag_id=1, name="a"))
        async with transaction(__name__):
            pass


async def test_units_at_once_keep_their_events_apart(told: list[object]) -> None:
    async def work(name: str) -> None:
        async with transaction(__name__):
            await make(name)
            await asyncio.sleep(0)
            if name == "b":
                raise ValueError

    await asyncio.gather(work("a"), work("b"), work("c"), return_exceptions=True)
    assert sorted(await tags()) == ["a", "c"]
    assert sorted(map(str, told)) == ["a", "c"]


async def test_the_connection_of_a_module(app: FastAPI) -> None:
    assert connection_of("features.hr.employees.onboard") == "default"
    async with TortoiseContext() as context:
        context.connections._init_config({"default": {}, "hr": {}})
        assert connection_of("features.hr.employees.onboard") == "hr"
        assert connection_of("features.hr") == "hr"
        for elsewhere in ("features.hrx.get", "features", "kernel.hr", "tests.features.hr", "hr", ""):
            assert connection_of(elsewhere) == "default"
        context.connections._db_config = None


async def test_the_transaction_is_one_of_the_module_s_own_database() -> None:
    async def break_down() -> None:
        async with transaction("features.hr.employees.onboard"):
            for name in ("default", "hr"):
                await context.connections.get(name).execute_query("INSERT INTO t VALUES (1)")
            raise ZeroDivisionError

    config = tortoise_config({}, {"default": "sqlite://:memory:", "hr": "sqlite://:memory:"})
    async with TortoiseContext() as context:
        context.connections._init_config(config["connections"])
        for name in ("default", "hr"):
            await context.connections.get(name).execute_script("CREATE TABLE t (n int)")
        with pytest.raises(ZeroDivisionError):
            await break_down()
        kept = {
            name: len(await context.connections.get(name).execute_query_dict("SELECT * FROM t"))
            for name in ("default", "hr")
        }
    assert kept == {"default": 1, "hr": 0}


@pytest.mark.skipif(not SERVER, reason="Two connections that write to one SQLite file would wait for one another.")
@pytest.mark.parametrize("committed", [True, False])
async def test_what_a_module_with_a_database_of_its_own_tells_is_told_if_it_was_committed(
    committed: bool, told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outbox is in the common database, whose commit comes first: until the other one is known, the fact is parked."""

    async def commit(client: Any) -> None:
        if client.connection_name == "hr":
            seen.extend(await outside.fetch("SELECT state, error FROM sys_event_delivery WHERE listener = 'conftest'"))
            if not committed:
                raise ConnectionResetError
        await stock(client)

    stock, seen = Transaction.commit, list[Any]()
    common = database_config()["connections"]["default"]
    outside = await asyncpg_driver.connect(settings().database_url)
    async with TortoiseContext() as context:
        context.connections._init_config({"default": common, "hr": common})
        with monkeypatch.context() as patch, suppress(ConnectionError):
            patch.setattr(Transaction, "commit", commit)
            async with transaction("features.hr.tags.create"):
                emit(TagMade(tag_id=1, name="a"))
    await outside.close()
    row = await EventDelivery.get(listener="conftest")
    assert [(each["state"], each["error"]) for each in seen] == [
        ("parked", "whether it was committed in the database of hr is not known")
    ]
    assert (told, row.state.value) == ((["a"], "done") if committed else ([], "parked"))


@pytest.mark.skipif(not SERVER, reason="Two connections that write to one SQLite file would wait for one another.")
async def test_within_a_transaction_of_the_common_database_that_one_is_waited_for(told: list[object]) -> None:
    """As in a reaction of such a module: what it tells is in the outbox only when the outer one has committed."""
    common = database_config()["connections"]["default"]
    async with TortoiseContext() as context:
        context.connections._init_config({"default": common, "hr": common})
        async with transaction(__name__):
            async with transaction("features.hr.tags.create"):
                emit(TagMade(tag_id=1, name="a"))
            row = await EventDelivery.get(listener="conftest")
            assert (told, row.state.value) == ([], "parked")
    row = await EventDelivery.get(listener="conftest")
    assert (told, row.state.value) == (["a"], "done")


# --- work after the commit


async def test_work_waits_for_the_commit_and_then_for_the_answer() -> None:
    done: list[list[str]] = []

    async def look() -> None:
        done.append(await tags())

    async with deferring():
        async with transaction(__name__):
            async with transaction(__name__):  # joins the one around it
                after_commit(look)
            await Tag.create(name="a", category="test")
            assert done == []
        assert done == []
    assert done == [["a"]]


async def test_after_a_rollback_no_work_is_done() -> None:
    async def work() -> None:
        raise AssertionError("it did not commit")

    async def fail() -> None:
        async with transaction(__name__):
            after_commit(work)
            raise ValueError

    with capture_logs() as logs, pytest.raises(ValueError):  # noqa: PT011  the one above
        await fail()
    assert logs == []


async def test_work_outside_of_a_transaction_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="no transaction"):
        after_commit(asyncio.Event().set)  # pyright: ignore[reportArgumentType]  it is never called

"""What becomes of a connection to PostgreSQL that is lost, silent or taken. A proxy of the test's own makes it fail."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import DBConnectionError
from tortoise.transactions import in_transaction

from kernel.database import statements as observe
from kernel.database.driver_errors import CommitUnknown, DatabaseBusy, is_conflict, is_lost, is_unavailable
from kernel.database.engines.asyncpg import AsyncpgClient
from tests.platform.kernel.database.conftest import ENGINES, SERVER
from tests.platform.kernel.database.databases import initialised, sample_config
from tests.proxy import Proxy, proxy_to

pytestmark = [
    pytest.mark.skipif(not SERVER.startswith("postgres"), reason="needs PostgreSQL"),
    pytest.mark.parametrize("url", ENGINES[1:], indirect=True),
]

BOUNDS = {"acquire_timeout": 1.0, "command_timeout": 1.0, "timeout": 1.0}


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    with proxy_to(url) as running:
        yield running


@asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[AsyncpgClient]:
    """A client as an app has it, with short bounds, and a table."""
    config = sample_config(url)
    config["connections"]["default"]["credentials"] |= BOUNDS | options
    async with initialised(config) as client:
        assert isinstance(client, AsyncpgClient)
        await client.execute_script("CREATE TABLE IF NOT EXISTS t (n int)")
        yield client


async def rows(client: BaseDBAsyncClient) -> list[int]:
    return [row["n"] for row in await client.execute_query_dict("SELECT n FROM t ORDER BY n")]


async def end_all_connections(url: str) -> None:
    """As an administrator does, or a restart."""
    async with connected(url) as other:
        await other.execute_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_read_whose_connection_is_lost_is_done_again(proxy: Proxy) -> None:
    async with connected(proxy.url) as client:
        proxy.cut_before(b"SELECT 7")
        with observe.statements() as seen, capture_logs() as logs:
            assert await client.execute_query_dict("SELECT 7 AS n") == [{"n": 7}]
        assert [(each.sql, each.failed) for each in seen] == [("SELECT 7 AS n", False)]
        assert "connection lost, reading again" in [line["event"] for line in logs]
        proxy.cut_before(b"SELECT 8")
        assert (await client.execute_query("SELECT 8 AS n"))[0] == 1


async def test_a_write_whose_connection_is_lost_is_not(proxy: Proxy) -> None:
    async with connected(proxy.url) as client:
        proxy.lose_answer_to(b"INSERT")
        with pytest.raises(Exception) as lost:  # noqa: PT011  the driver has many words for it
            await client.execute_query("INSERT INTO t VALUES (1)")
        assert is_lost(lost.value)
        assert await rows(client) == [1]


async def test_a_transaction_begins_on_a_fresh_connection(proxy: Proxy) -> None:
    async with connected(proxy.url) as client:
        proxy.cut_before(b"BEGIN")
        async with in_transaction() as transaction:
            await transaction.execute_query("INSERT INTO t VALUES (1)")
        assert await rows(client) == [1]


@pytest.mark.parametrize("statement", [b"SELECT 1", b"INSERT"])
async def test_one_that_loses_its_connection_is_undone_and_nothing_in_it_done_again(
    proxy: Proxy, statement: bytes
) -> None:
    async with connected(proxy.url) as client:
        proxy.cut_before(statement)
        with pytest.raises(Exception) as lost:  # noqa: PT011, PT012
            async with in_transaction() as transaction:
                await transaction.execute_query("UPDATE t SET n = 1")
                await transaction.execute_query("SELECT 1")
                await transaction.execute_query("INSERT INTO t VALUES (1)")
        assert is_unavailable(lost.value)
        assert await rows(client) == []


async def test_what_happens_to_the_connection_after_the_commit_is_not_raised(proxy: Proxy) -> None:
    """The pool resets it when it is given back."""
    async with connected(proxy.url) as client:
        with capture_logs() as logs:
            async with in_transaction() as transaction:
                await transaction.execute_query("INSERT INTO t VALUES (1)")
                proxy.cut_before(b"RESET ALL")
        assert [line["event"] for line in logs] == ["connection lost as it was given back"]
        assert await rows(client) == [1]


async def test_nor_that_of_a_statement(proxy: Proxy) -> None:
    async with connected(proxy.url) as client:
        proxy.cut_before(b"RESET ALL")
        await client.execute_query("INSERT INTO t VALUES (1)")
        assert await rows(client) == [1]


@pytest.mark.parametrize("seen_by_the_server", [True, False])
async def test_a_lost_commit_is_called_unknown(proxy: Proxy, *, seen_by_the_server: bool) -> None:
    async with connected(proxy.url) as client:
        with pytest.raises(CommitUnknown):  # noqa: PT012
            async with in_transaction() as transaction:
                await transaction.execute_query("INSERT INTO t VALUES (1)")
                (proxy.lose_answer_to if seen_by_the_server else proxy.cut_before)(b"COMMIT")
        assert await rows(client) == ([1] if seen_by_the_server else [])


async def test_a_lost_savepoint_is_not_unknown(proxy: Proxy) -> None:
    async with connected(proxy.url):
        with pytest.raises(Exception) as lost:  # noqa: PT011
            async with in_transaction() as outer, outer._in_transaction():
                proxy.cut_before(b"RELEASE SAVEPOINT")
        assert is_unavailable(lost.value)
        assert not isinstance(lost.value, CommitUnknown)


async def test_a_refusal_is_told_although_the_rollback_is_lost(proxy: Proxy) -> None:
    async with connected(proxy.url) as client:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with in_transaction() as transaction:
                await transaction.execute_query("INSERT INTO t VALUES (1)")
                proxy.cut_before(b"ROLLBACK")
                raise ZeroDivisionError
        assert await rows(client) == []


async def test_connections_that_the_server_has_ended_are_replaced(url: str) -> None:
    async with connected(url, maxsize=4) as client:
        await asyncio.gather(*(client.execute_query("SELECT pg_sleep(0.05)") for _ in range(4)))
        await end_all_connections(url)
        assert await asyncio.gather(*(rows(client) for _ in range(8))) == [[]] * 8


async def test_a_server_that_stands_still_is_not_waited_for(proxy: Proxy) -> None:
    """A statement may take one second, and giving the connection back none; a new connection one more."""
    async with connected(proxy.url, maxsize=2) as client:
        await client.execute_query("SELECT 1")
        proxy.stop()
        for attempt in (rows(client), write(client), rows(client)):
            began = time.monotonic()
            with pytest.raises((TimeoutError, DBConnectionError)) as error:
                await attempt
            assert is_unavailable(error.value)
            assert time.monotonic() - began < 1.5
        proxy.resume()
        assert await rows(client) == []


async def write(client: BaseDBAsyncClient) -> None:
    async with client._in_transaction() as transaction:
        await transaction.execute_query("INSERT INTO t VALUES (1)")


async def test_one_that_falls_silent_within_a_transaction_is_not_waited_for_twice(proxy: Proxy) -> None:
    async with connected(proxy.url):
        began = time.monotonic()
        with pytest.raises(TimeoutError):  # noqa: PT012
            async with in_transaction() as transaction:
                proxy.stop()
                await transaction.execute_query("INSERT INTO t VALUES (1)")
        assert time.monotonic() - began < 1.5


async def test_a_free_connection_is_waited_for_so_long(url: str) -> None:
    async with connected(url, maxsize=1, acquire_timeout=0.2) as client, in_transaction():
        with pytest.raises(DatabaseBusy, match="no connection was free"):
            await client.execute_query("SELECT 1")


async def test_a_locked_row_is_waited_for_so_long(url: str) -> None:
    short = {"lock_timeout": "200"}
    async with connected(url, server_settings=short) as client, connected(url, server_settings=short) as other:
        await client.execute_query("INSERT INTO t VALUES (1)")
        async with client._in_transaction() as first:
            await first.execute_query("UPDATE t SET n = 2")
            with pytest.raises(Exception) as locked:  # noqa: PT011
                await other.execute_query("UPDATE t SET n = 3")
        assert is_conflict(locked.value)


async def test_a_statement_may_take_so_long(url: str) -> None:
    async with connected(url, server_settings={"statement_timeout": "200"}) as client:
        with pytest.raises(Exception) as stopped:  # noqa: PT011
            await client.execute_query("SELECT pg_sleep(5)")
        assert is_unavailable(stopped.value)


async def test_a_table_may_change_under_statements_that_are_prepared(url: str) -> None:
    """A read goes on; a transaction cannot, and is undone as a whole."""
    async with connected(url, maxsize=2) as client:
        await client.execute_query("INSERT INTO t VALUES (1)")
        for kind in ("bigint", "int", "bigint"):
            assert await rows(client) == [1]
            await client.execute_script(f"ALTER TABLE t ALTER COLUMN n TYPE {kind}")
            with pytest.raises(Exception) as stale:  # noqa: PT011, PT012
                async with in_transaction() as transaction:
                    await transaction.execute_query("INSERT INTO t VALUES (2)")
                    await rows(transaction)
            assert is_unavailable(stale.value)
            assert await rows(client) == [1]

"""Reads wait for no writer, and writers not for ever."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from kernel.database import statements as observe
from kernel.database.driver_errors import DatabaseBusy, is_conflict
from kernel.database.engines.sqlite import SqliteClient
from tests.platform.kernel.database.databases import initialised, sample_config


async def test_reads_go_on_while_another_process_writes(sqlite_url: str) -> None:
    """Also while this process waits to write. The writer is told after its bounded wait."""
    async with initialised(sample_config(f"{sqlite_url}?busy_timeout=500")) as client:
        await client.execute_script("CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
        other = sqlite3.connect(Path(sqlite_url.removeprefix("sqlite://")))
        other.execute("INSERT INTO t VALUES (2)")
        waiting = asyncio.create_task(client.execute_query("INSERT INTO t VALUES (3)"))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 1}]
        assert (await client.execute_query("SELECT n FROM t"))[0] == 1
        assert time.monotonic() - began < 0.2
        with pytest.raises(OperationalError) as locked:
            await waiting
        assert is_conflict(locked.value)
        other.commit()
        other.close()
        assert len(await client.execute_query_dict("SELECT n FROM t")) == 2


async def test_a_transaction_reads_what_it_has_written_and_others_only_what_is_committed(sqlite_url: str) -> None:
    async with initialised(sample_config(sqlite_url)) as client:
        await client.execute_script("CREATE TABLE t (n int)")
        async with in_transaction() as transaction:
            await transaction.execute_query("INSERT INTO t VALUES (1)")
            assert await transaction.execute_query_dict("SELECT n FROM t") == [{"n": 1}]
            assert await client.execute_query_dict("SELECT n FROM t") == []
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 1}]


async def test_the_connection_that_reads_cannot_write_and_is_observed_like_the_other(sqlite_url: str) -> None:
    async with initialised(sample_config(sqlite_url)) as client:
        assert isinstance(client, SqliteClient)
        await client.execute_script("CREATE TABLE t (n int)")
        with observe.statements() as seen:
            await client.execute_query_dict("SELECT UPPER('ü') AS n")
        assert len(seen) == 1
        assert client._reader
        with pytest.raises(OperationalError, match="readonly"):
            await client._reader.execute_query("INSERT INTO t VALUES (1)")


async def test_an_in_memory_database_has_one_connection() -> None:
    async with initialised(sample_config("sqlite://:memory:")) as client:
        await client.execute_script("CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 1}]


async def test_writers_of_one_process_wait_for_one_another_so_long(sqlite_url: str) -> None:
    config = sample_config(sqlite_url)
    config["connections"]["default"]["credentials"]["acquire_timeout"] = 0.1
    async with initialised(config) as client, asyncio.timeout(10):
        await client.execute_script("CREATE TABLE t (n int)")
        async with client._in_transaction() as first:
            await first.execute_query("INSERT INTO t VALUES (1)")
            with pytest.raises(DatabaseBusy):
                await asyncio.create_task(second(client))
            with pytest.raises(DatabaseBusy):
                await client.execute_query("INSERT INTO t VALUES (3)")
        await second(client)
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 1}, {"n": 2}]


async def second(client: BaseDBAsyncClient) -> None:
    async with client._in_transaction() as transaction:
        await transaction.execute_query("INSERT INTO t VALUES (2)")


async def test_what_a_cancelled_statement_left_open_takes_nothing_with_it(sqlite_url: str) -> None:
    """A row that is written after it stays, and is seen by the connection that reads."""
    async with initialised(sample_config(sqlite_url)) as client:
        assert isinstance(client, SqliteClient)
        await client.execute_script("CREATE TABLE t (n int)")
        assert client._connection
        await client._connection.execute("BEGIN")
        await client._connection.execute("INSERT INTO t VALUES (1)")
        await client.execute_query("INSERT INTO t VALUES (2)")
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 2}]
        async with in_transaction() as transaction:
            await transaction.execute_query("INSERT INTO t VALUES (3)")
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 2}, {"n": 3}]

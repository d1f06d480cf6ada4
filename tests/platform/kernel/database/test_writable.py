"""A database that answers every read and can save nothing is told from one that can."""

import sqlite3
from pathlib import Path

import pytest

from kernel.database.driver_errors import is_unwritable
from kernel.database.writable import require_writable
from tests.platform.kernel.database.conftest import ENGINES, SERVER
from tests.platform.kernel.database.databases import connected, initialised, python, sample_config


async def test_one_that_can_be_written_is_left_as_it_was(url: str) -> None:
    async with connected(sample_config(url)) as client:
        await client.execute_script("CREATE TABLE t (n int)")
        await require_writable(client)
        await client.execute_script("CREATE TABLE probe (n int)")


async def test_a_full_file(sqlite_url: str) -> None:
    """SQLite raises the same for a full disk. A limit below the size is taken for the size."""
    async with connected(sample_config(sqlite_url)) as client:
        await client.execute_script("CREATE TABLE t (n int)")
    async with connected(sample_config(f"{sqlite_url}?max_page_count=1")) as client:
        with pytest.raises(sqlite3.OperationalError, match="full") as full:
            await require_writable(client)
        assert is_unwritable(full.value)
        assert await client.execute_query_dict("SELECT * FROM t") == []


NO_ROOM = """
import asyncio, resource, signal
from kernel.database.writable import require_writable
from tests.platform.kernel.database.databases import connected, sample_config

async def main():
    async with connected(sample_config(sys.argv[1])) as client:
        await client.execute_script("CREATE TABLE t (n int)")
        await require_writable(client)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        await require_writable(client)

asyncio.run(main())
"""


def test_a_disk_that_takes_no_more_bytes(sqlite_url: str) -> None:
    pytest.importorskip("resource")
    _, error = python(NO_ROOM, sqlite_url).communicate(timeout=30)
    assert error.splitlines()[-1] == "sqlite3.OperationalError: disk I/O error"


async def test_a_file_that_another_process_writes_to_at_this_moment_can_be_written(sqlite_url: str) -> None:
    async with connected(sample_config(sqlite_url)) as client:
        await client.execute_script("CREATE TABLE t (n int)")
        writer = sqlite3.connect(Path(sqlite_url.removeprefix("sqlite://")))
        writer.execute("INSERT INTO t VALUES (1)")
        await require_writable(client)
        writer.close()


@pytest.mark.skipif(not SERVER.startswith("postgres"), reason="needs PostgreSQL")
@pytest.mark.parametrize("url", ENGINES[1:], indirect=True)
async def test_a_server_that_is_read_only(url: str) -> None:
    config = sample_config(url)
    config["connections"]["default"]["credentials"]["server_settings"] = {"default_transaction_read_only": "on"}
    async with initialised(config) as client:
        with pytest.raises(Exception, match="read-only") as refused:
            await require_writable(client)
    assert is_unwritable(refused.value)

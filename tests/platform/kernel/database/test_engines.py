"""What observers see of SQL, how connections are configured, and how SQLite takes several writers."""

import asyncio

import pytest
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from kernel.database import statements as observe
from kernel.database.config import connection_config, tortoise_config
from kernel.errors.operator import SettingsError
from tests.platform.kernel.database.conftest import ENGINES
from tests.platform.kernel.database.databases import initialised, python, sample_config
from tests.platform.kernel.database.sample.club.models import Tag

CREATE = "CREATE TABLE t (n int PRIMARY KEY)"
TAGS = "CREATE TABLE club_tag (id int PRIMARY KEY, name text)"


def texts(seen: list[observe.Statement]) -> list[str]:
    return [statement.sql for statement in seen]


async def test_observers_see_every_kind_of_statement_once(url: str) -> None:
    async with initialised(sample_config(url)) as client:
        value = "$1" if "postgres" in url else "?"
        with observe.statements() as seen:
            await client.execute_script(CREATE)
            await client.execute_insert(f"INSERT INTO t VALUES ({value})", [1])
            await client.execute_many(f"INSERT INTO t VALUES ({value}) ", [[2], [3]])
            await client.execute_query("SELECT n FROM t")
            await client.execute_query_dict("SELECT n AS m FROM t")
        await client.execute_query("SELECT n AS unseen FROM t")

    assert texts(seen) == [
        CREATE,
        f"INSERT INTO t VALUES ({value})",
        f"INSERT INTO t VALUES ({value}) ",
        "SELECT n FROM t",
        "SELECT n AS m FROM t",
    ]
    assert all(0 < statement.seconds < 60 and not statement.failed for statement in seen)


async def test_observers_see_transactions_nested_ones_and_failures(url: str) -> None:
    async with initialised(sample_config(url)) as client:
        await client.execute_script(CREATE)
        with observe.statements() as seen:
            async with in_transaction() as outer:
                await outer.execute_query("INSERT INTO t VALUES (1)")
                with pytest.raises(IntegrityError):
                    await two_and_one_again()
            with pytest.raises(OperationalError):
                await client.execute_query("SELECT nonsense")
        kept = await client.execute_query_dict("SELECT n FROM t")

    assert [(statement.sql, statement.failed) for statement in seen] == [
        ("INSERT INTO t VALUES (1)", False),
        ("INSERT INTO t VALUES (2)", False),
        ("INSERT INTO t VALUES (1)", True),
        ("SELECT nonsense", True),
    ]
    assert kept == [{"n": 1}]


async def two_and_one_again() -> None:
    async with in_transaction() as inner:
        await inner.execute_query("INSERT INTO t VALUES (2)")
        await inner.execute_query("INSERT INTO t VALUES (1)")


async def test_observers_nest_and_see_gathered_tasks(url: str) -> None:
    async with initialised(sample_config(url)) as client:
        with observe.statements() as outer:
            await client.execute_query("SELECT 0")
            with observe.statements() as inner:
                await asyncio.gather(*(client.execute_query(f"SELECT {n}") for n in (1, 2, 3)))
            await client.execute_query("SELECT 4")

    assert sorted(texts(inner)) == ["SELECT 1", "SELECT 2", "SELECT 3"]
    assert sorted(texts(outer)) == ["SELECT 0", "SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4"]


async def test_one_task_does_not_see_the_statements_of_another(sqlite_url: str) -> None:
    async with initialised(sample_config(sqlite_url)) as client:

        async def watch(number: int) -> list[str]:
            with observe.statements() as seen:
                await asyncio.gather(client.execute_query(f"SELECT {number}"), asyncio.sleep(0.01))
            return texts(seen)

        assert await asyncio.gather(watch(1), watch(2)) == [["SELECT 1"], ["SELECT 2"]]


# only the engine of this run: Tortoise caches a model's SQL by the connection's name, whatever its engine
@pytest.mark.parametrize("url", ENGINES[-1:], indirect=True)
async def test_observers_see_what_models_run(url: str) -> None:
    async with initialised(sample_config(url)) as client:
        await client.execute_script(TAGS)
        with observe.statements() as seen:
            async with in_transaction():
                await Tag.bulk_create([Tag(id=1, name="a"), Tag(id=2, name="b")])
            assert await Tag.all().count() == 2

    assert ["INSERT" in sql for sql in texts(seen)] == [True, False]
    assert "COUNT" in texts(seen)[1]


async def test_sqlite_is_set_up_for_several_processes(sqlite_url: str) -> None:
    async with initialised(sample_config(sqlite_url)) as client:
        found = {}
        for pragma in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout"):
            (row,) = await client.execute_query_dict(f"PRAGMA {pragma}")
            (found[pragma],) = row.values()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 5000}


READ_THEN_WRITE = """
import asyncio, sys
from tests.platform.kernel.database.databases import initialised, sample_config
from tortoise.transactions import in_transaction

async def main():
    async with initialised(sample_config(sys.argv[1])):
        for _ in range(50):
            async with in_transaction() as transaction:
                (row,) = await transaction.execute_query_dict("SELECT n FROM counter")
                await asyncio.sleep(0.001)
                await transaction.execute_query(f"UPDATE counter SET n = {row['n'] + 1}")

asyncio.run(main())
"""


async def test_sqlite_processes_that_read_and_then_write_wait_for_each_other(sqlite_url: str) -> None:
    async with initialised(sample_config(sqlite_url)) as client:
        await client.execute_script("CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)")
        writers = [python(READ_THEN_WRITE, sqlite_url) for _ in range(3)]
        errors = [await asyncio.to_thread(writer.communicate) for writer in writers]
        count = await client.execute_query_dict("SELECT n FROM counter")

    assert [error for _, error in errors] == ["", "", ""]
    assert count == [{"n": 150}]


OPEN_NEW_FILE = """
import asyncio, sys
from tests.platform.kernel.database.databases import connected, sample_config

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    async with connected(sample_config(sys.argv[1])) as client:
        await client.execute_query("SELECT 1")

asyncio.run(main())
"""


async def test_sqlite_processes_may_create_one_file_at_once(sqlite_url: str) -> None:
    openers = [python(OPEN_NEW_FILE, sqlite_url) for _ in range(4)]
    for opener in openers:
        assert opener.stdout
        assert await asyncio.to_thread(opener.stdout.readline) == "ready\n"
    errors = await asyncio.gather(*(asyncio.to_thread(opener.communicate, "go\n") for opener in openers))
    assert [error for _, error in errors] == [""] * 4


async def test_sqlite_is_usable_after_a_transaction_that_could_not_begin(sqlite_url: str) -> None:
    impatient = f"{sqlite_url}?busy_timeout=50"
    async with initialised(sample_config(impatient)) as client, asyncio.timeout(10):
        await client.execute_script(CREATE)
        async with initialised(sample_config(impatient)), in_transaction() as other:
            await other.execute_query("INSERT INTO t VALUES (1)")
            with pytest.raises(TransactionManagementError, match="locked"):
                async with client._in_transaction():
                    pytest.fail("two writers at once")
            assert await client.execute_query_dict("SELECT n FROM t") == []
        async with client._in_transaction() as transaction:
            await transaction.execute_query("INSERT INTO t VALUES (2)")
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 1}, {"n": 2}]


async def test_sqlite_leaves_no_transaction_open_when_cancelled_at_its_beginning(sqlite_url: str) -> None:
    async with initialised(sample_config(sqlite_url)) as client, asyncio.timeout(10):
        await client.execute_script(CREATE)

        async def write() -> None:
            async with client._in_transaction():
                pytest.fail("the other transaction is still open")

        async with initialised(sample_config(sqlite_url)), in_transaction() as other:
            await other.execute_query("INSERT INTO t VALUES (1)")
            waiting = asyncio.create_task(write())
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.sleep(0.1)
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await client.execute_query("INSERT INTO t VALUES (2)")

        async with initialised(sample_config(sqlite_url)) as third:
            assert await third.execute_query_dict("SELECT n FROM t") == [{"n": 1}, {"n": 2}]


def test_connection_configs_use_our_engines() -> None:
    assert connection_config("sqlite://var/a.sqlite3")["engine"] == "kernel.database.engines.sqlite"
    assert connection_config("sqlite://var/a.sqlite3")["credentials"]["file_path"] == "var/a.sqlite3"

    postgres = connection_config("postgres://us%40er:p%40ss@db:5433/app")
    assert postgres["engine"] == "kernel.database.engines.asyncpg"
    assert postgres["credentials"] == {
        "host": "db",
        "port": 5433,
        "user": "us@er",
        "password": "p@ss",
        "database": "app",
        "minsize": 1,
        "maxsize": 16,
        "timeout": 5,
        "acquire_timeout": 5,
        "command_timeout": 15,
        "server_settings": {
            "lock_timeout": "5000",
            "statement_timeout": "10000",
            "idle_in_transaction_session_timeout": "30000",
        },
    }


def test_the_query_of_a_postgres_url_sets_pool_and_tls() -> None:
    credentials = connection_config("postgresql://u@db/app?maxsize=3&sslmode=require")["credentials"]
    assert (credentials["minsize"], credentials["maxsize"], credentials["ssl"]) == (1, 3, "require")
    assert "sslmode" not in credentials


def test_an_unknown_scheme_is_refused_without_its_password() -> None:
    with pytest.raises(SettingsError, match="sqlite, postgres") as refusal:
        connection_config("oracle://scott:tiger@db/app")
    assert "tiger" not in str(refusal.value)


def test_a_malformed_url_is_refused_without_its_password() -> None:
    with pytest.raises(SettingsError, match="a database URL of postgres:// is malformed") as refusal:
        connection_config("postgres://scott:tiger@db:port/app")
    assert "tiger" not in str(refusal.value)


def test_an_app_lives_in_the_database_of_its_name_else_in_the_default() -> None:
    config = tortoise_config(
        {"kernel": "kernel.identity.models", "hr": "features.hr.models"},
        {"default": "sqlite://a.sqlite3", "hr": "postgres://u@db/hr"},
    )
    assert config["apps"] == {
        "kernel": {
            "models": ["kernel.identity.models"],
            "default_connection": "default",
            "migrations": "migrations.kernel",
        },
        "hr": {"models": ["features.hr.models"], "default_connection": "hr", "migrations": "migrations.hr"},
    }
    assert config["connections"]["hr"]["credentials"]["database"] == "hr"
    assert (config["use_tz"], config["timezone"]) == (True, "UTC")


async def test_what_could_not_be_committed_is_not_committed_later(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller was told that it failed; the next transaction must not make it true."""
    async with initialised(sample_config(sqlite_url)) as client:
        await client.execute_script("CREATE TABLE t (n INTEGER)")
        stock = SqliteTransactionWrapper.commit

        async def fail(_transaction: SqliteTransactionWrapper) -> None:
            raise OperationalError("the disk is full")

        monkeypatch.setattr(SqliteTransactionWrapper, "commit", fail)
        with pytest.raises(OperationalError):
            async with in_transaction("default"):
                await get_connection("default").execute_query("INSERT INTO t VALUES (1)")
        monkeypatch.setattr(SqliteTransactionWrapper, "commit", stock)
        async with in_transaction("default"):
            await get_connection("default").execute_query("INSERT INTO t VALUES (2)")
        assert await client.execute_query_dict("SELECT n FROM t") == [{"n": 2}]

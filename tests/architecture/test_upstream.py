"""What Tortoise 1.1.9 does by itself, and `kernel.database` works around.

A test that fails after an upgrade says in its docstring what of ours may go.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.client import TransactionWrapper as PostgresTransaction
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContextPooled
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import ConfigurationError, OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from tests.architecture.tree import plant
from tests.platform.kernel.database.conftest import SERVER
from tests.platform.kernel.database.databases import python, sample_config
from tests.platform.kernel.database.migrations.test_writer import MODELS, parcels
from tests.platform.kernel.database.scratch import TABLE, alter, rows, run_sql, scratch

Stock = Callable[..., AbstractAsyncContextManager[tuple[MigrationExecutor, BaseDBAsyncClient]]]

SAMPLE = sample_config("sqlite://:memory:")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path / 'stock.sqlite3'}"


@asynccontextmanager
async def executor(config: dict[str, Any]) -> AsyncIterator[tuple[MigrationExecutor, BaseDBAsyncClient]]:
    async with TortoiseContext() as context:
        credentials = config["connections"]["default"]["credentials"]
        connections = {"default": {"engine": "tortoise.backends.sqlite", "credentials": credentials}}
        context.connections._init_config(connections)
        client = context.connections.get("default")
        yield MigrationExecutor(client, config["apps"]), client


@pytest.fixture
def stock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Stock:
    """Of lists of operations, one a migration, makes a stock executor and its client."""
    app = partial(scratch, tmp_path, monkeypatch, url)
    return lambda *migrations: executor(app(*migrations))


async def objects(client: BaseDBAsyncClient) -> dict[str, str]:
    return dict(await rows(client, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


async def test_a_migration_is_recorded_outside_of_its_transaction(stock: Stock) -> None:
    """Hence `_Recorder` writes nothing, and `_framed` records inside."""
    async with stock(run_sql("CREATE TABLE t (n int)", "DROP TABLE tortoise_migrations")) as (executor, client):
        with pytest.raises(OperationalError):
            await executor.migrate()
        assert "t" in await objects(client)


async def test_any_error_is_taken_for_none_applied(stock: Stock) -> None:
    """Hence `_Recorder` reads strictly."""
    async with stock() as (executor, client):
        await client.execute_script("CREATE TABLE tortoise_migrations (id int)")
        assert await executor.recorder.applied_migrations() == []


async def test_an_applied_target_is_gone_back_to(stock: Stock) -> None:
    """Hence `_Executor` plans in one direction."""
    async with stock([TABLE], run_sql("SELECT 1")) as (executor, _):
        await executor.migrate()
        steps = await executor.plan([MigrationTarget("scratch", "0001_step")])
        assert [(step.migration.name, step.backward) for step in steps] == [("0002_step", True)]


async def test_an_app_that_depends_on_another_has_no_first_migration(url: str) -> None:
    """Hence `_Executor` plans by all nodes of the graph."""
    async with executor(sample_config(url)) as (of_sample, _):
        await of_sample.loader.build_graph()
        graph = of_sample.loader.graph
        assert of_sample._migration_plan([MigrationTarget("visits", "__first__")], set(graph.nodes), graph) == []


COLUMN = "ops.AddField('Thing', 'code', fields.CharField(max_length=9, null=True, db_index=True))"
LONGER = alter("serial", "fields.CharField(max_length=99, null=True, unique=True)")
NAMED = "ops.AddConstraint('Thing', UniqueConstraint(('name',), 'one_name'))"
RENAMED = "ops.RenameConstraint('Thing', 'one_name', 'single_name')"
TRIGGER = "CREATE TRIGGER louder AFTER INSERT ON thing BEGIN SELECT 1; END"


@pytest.mark.parametrize(
    ("lost", "made", "operation"),
    [
        ("idx_thing_code", "SELECT 1", COLUMN),
        ("one_state", "SELECT 1", "ops.RunSQL('')"),
        ("positive", "SELECT 1", "ops.RunSQL('')"),
        ("mine", "CREATE INDEX mine ON thing (name)", LONGER),
        ("louder", TRIGGER, LONGER),
        ("counted to [(7,)]", "INSERT INTO sqlite_sequence VALUES ('thing', 7)", LONGER),
        ("UNIQUE INDEX", "SELECT 1", RENAMED),
    ],
)
async def test_editors_lose(stock: Stock, lost: str, made: str, operation: str) -> None:
    """Hence `PostgresEditor` and `SqliteEditor`."""
    async with stock([TABLE, NAMED], [operation]) as (executor, client):
        await executor.migrate([MigrationTarget("scratch", "0001_step")])
        await client.execute_script(made)
        await executor.migrate()
        counted = await rows(client, "SELECT seq FROM sqlite_sequence WHERE name = 'thing'")
        assert lost not in f"{await objects(client)} counted to {counted}"


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ("ops.RunSQL(\"INSERT INTO thing (name) VALUES ('a;b')\")", OperationalError),
        ("ops.AddConstraint('Thing', UniqueConstraint(('name',), 'one', 'id > 1'))", NotImplementedError),
    ],
)
async def test_the_editor_of_sqlite_cannot(stock: Stock, operation: str, error: type[Exception]) -> None:
    """Hence `SqliteEditor._run_sql` and `.add_constraint`."""
    async with stock([TABLE], [operation]) as (executor, _):
        with pytest.raises(error):
            await executor.migrate()


async def test_the_editor_of_postgres_ignores_a_changed_foreign_key(stock: Stock) -> None:
    """Hence `_SafeEditor.alter_field`."""
    set_null = (
        "fields.ForeignKeyField('scratch.Thing', source_field='part_of_id', null=True, on_delete=fields.SET_NULL)"
    )
    async with stock([TABLE], [alter("part_of", set_null)]) as (executor, _):
        executor.connection = AsyncpgDBClient("", "", "", "", 0, connection_name="default")
        assert (await executor.collect_sql("scratch", "0002_step"))[-1] == "-- (no-op)"


async def test_a_migration_names_enumerations_and_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hence `_column` in `changes`."""
    monkeypatch.syspath_prepend(tmp_path)
    config = parcels(tmp_path, "parcels_upstream", MODELS)
    config["apps"]["parcels"]["migrations"] = "written_upstream"
    plant(tmp_path, {"written_upstream/__init__.py": ""})
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        (written,) = await MigrationAutodetector(context.apps, config["apps"]).changes()
    text = written.as_string()
    assert "from parcels_upstream import Rank, State" in text
    assert "description='NEW: new\\nSENT: sent'" in text
    assert "from kernel.models.base import audit_name" in text


OUR_BASES = """
from tortoise import fields, models


class Base(models.Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        abstract = True


class {name}(Base):
    {column} = fields.CharField(max_length=9)

    class Meta:
        table = "{table}"
"""


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"name": "Packet"}, "ops.DeleteModel"),
        ({"column": "title"}, "ops.RenameField"),
        ({"table": "packet"}, ""),
    ],
)
async def test_a_change_is_taken_for_another(
    change: dict[str, str], written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hence `changes`: a renamed model would be made anew, a column that is another one renamed, a table not found."""
    monkeypatch.syspath_prepend(tmp_path)
    facts = {"name": "Parcel", "column": "label", "table": "box"}
    package = f"written_for_{'_'.join(change)}"
    plant(tmp_path, {f"{package}/__init__.py": "", f"{package}/parcels/__init__.py": ""})
    found = []
    for step in ({}, change):
        config = parcels(tmp_path, f"{package}_{len(step)}", OUR_BASES.format(**facts | step))
        config["apps"]["parcels"]["migrations"] = f"{package}.parcels"
        async with TortoiseContext() as context:
            await context.init(config=config, init_connections=False)
            assert context.apps is not None
            found = await MigrationAutodetector(context.apps, config["apps"]).changes()
            for each in found:
                each.write()
    assert [written in each.as_string() for each in found] == ([True] if written else [])


async def test_a_renamed_model_takes_its_table_along(stock: Stock) -> None:
    """Hence `RenameModel` in `changes`: the model goes on naming the table that it had."""
    async with stock([TABLE], ["ops.RenameModel('Thing', 'Item')"]) as (executor, client):
        await executor.migrate()
        assert {"item"} <= (await objects(client)).keys()


async def test_a_model_that_another_one_knows_is_not_renamed(stock: Stock) -> None:
    """Hence `RenameModel` in `changes`: it reloads the renamed model, and not those that it points to."""
    shelf = (
        "ops.CreateModel('Shelf', [('id', fields.IntField(primary_key=True))], {'table': 'shelf', 'app': 'scratch'})"
    )
    book = (
        "ops.CreateModel('Book', [('id', fields.IntField(primary_key=True)), ('shelf', fields.ForeignKeyField("
        "'scratch.Shelf', source_field='shelf_id', related_name='books'))], {'table': 'book', 'app': 'scratch'})"
    )
    async with stock([shelf, book], ["ops.RenameModel('Book', 'Volume')"]) as (executor, _):
        with pytest.raises(ConfigurationError, match='"books" duplicates in model Shelf'):
            await executor.migrate()


STOCK_COMMAND = """
import asyncio
from tortoise.cli.cli import run_cli_async
asyncio.run(run_cli_async(["-c", "tests.architecture.test_upstream.SAMPLE", "makemigrations", "visits"]))
"""


async def test_migrations_of_one_app_are_written_without_those_that_it_points_to() -> None:
    """Hence `makemigrations` is a command of ours."""
    # In a process of its own: what failed there has set up half of the models.
    _, error = await asyncio.to_thread(python(STOCK_COMMAND).communicate)
    assert "ConfigurationError: No app with name 'club' registered." in error


@asynccontextmanager
async def sqlite(url: str, **pragmas: str) -> AsyncIterator[SqliteClient]:
    client = SqliteClient(url.removeprefix("sqlite://"), connection_name="default", foreign_keys="ON", **pragmas)
    try:
        async with TortoiseContext():
            yield client
    finally:
        if not client._lock.locked():  # closing would wait for it
            await client.close()


async def test_a_transaction_of_sqlite_takes_no_lock_at_its_beginning(url: str) -> None:
    """Hence `SqliteTransaction.begin`: one that has read before its first write fails, whatever the timeout."""
    async with sqlite(url) as client, sqlite(url) as other, client._in_transaction(), other._in_transaction() as second:
        await second.execute_query("SELECT 1")


async def test_what_sqlite_could_not_commit_stays_open(url: str) -> None:
    """Hence `SqliteTransaction.commit`."""
    async with sqlite(url) as client:
        await client.execute_script("CREATE TABLE t (id integer PRIMARY KEY, above int REFERENCES t)")
        context = client._in_transaction()
        transaction = await context.__aenter__()
        await transaction.execute_query("PRAGMA defer_foreign_keys = ON")
        await transaction.execute_query("INSERT INTO t VALUES (1, 99)")
        with pytest.raises(sqlite3.IntegrityError):
            await context.__aexit__(None, None, None)
        assert client._connection
        assert client._connection.in_transaction


async def test_sqlite_is_locked_for_ever_by_a_transaction_that_cannot_begin(url: str) -> None:
    """Hence `SqliteTransactionContext`."""
    async with sqlite(url) as client:
        await client.create_connection(with_db=True)
        assert client._connection
        await client._connection.close()
        with pytest.raises(ValueError, match="no active connection"):
            await client._in_transaction().__aenter__()
        assert client._lock.locked()


async def test_sqlite_is_used_without_the_pragmas_that_failed(url: str) -> None:
    """Hence `SqliteClient._open`."""
    async with sqlite(url, **{"no pragma": "ON"}) as client:
        with pytest.raises(sqlite3.OperationalError):
            await client.create_connection(with_db=True)
        await client.execute_query("SELECT 1")


@pytest.mark.skipif(not SERVER.startswith("postgres"), reason="needs PostgreSQL")
async def test_a_transaction_of_postgres_that_cannot_begin_keeps_its_connection() -> None:
    """Hence `AsyncpgTransactionContext`."""
    client = AsyncpgDBClient(**expand_db_url(SERVER)["credentials"], minsize=1, maxsize=1, connection_name="default")

    class Refused(PostgresTransaction):
        async def begin(self) -> None:
            raise OperationalError("not now")

    async with TortoiseContext():
        with pytest.raises(OperationalError, match="not now"):
            await TransactionContextPooled(Refused(client), client._pool_init_lock).__aenter__()
    assert client._pool
    assert client._pool.get_idle_size() == 0
    client._pool.terminate()


def test_the_user_in_a_url_is_not_unquoted() -> None:
    """Hence `connection_config` does it."""
    credentials = expand_db_url("postgres://us%40er:p%40ss@db/app")["credentials"]
    assert (credentials["user"], credentials["password"]) == ("us%40er", "p@ss")

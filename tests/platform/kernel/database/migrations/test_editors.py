"""What Tortoise's editors lose on the way, ours keep, or refuse and change nothing: indexes, triggers, constraints."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError

from kernel.database.migrations.editors import MigrationError, UnsafeMigrationError
from kernel.database.migrations.runner import downgrade, migrate, pending
from tests.platform.kernel.database.databases import connected
from tests.platform.kernel.database.scratch import TABLE, alter, indexed_columns, quiet, rows, run_sql, scratch

App = Callable[..., dict[str, Any]]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """Of a database's URL and lists of operations, one a migration, makes a configuration."""
    return partial(scratch, tmp_path, monkeypatch)


async def schema(client: BaseDBAsyncClient) -> list[tuple[Any, ...]]:
    return await rows(client, "SELECT name, sql FROM sqlite_master ORDER BY name")


async def refused(client: BaseDBAsyncClient, *values: str) -> None:
    for each in values:
        with pytest.raises(IntegrityError):
            await client.execute_query(f"INSERT INTO thing (name, state) VALUES {each}")


async def test_statements_may_hold_semicolons(app: App, sqlite_url: str) -> None:
    statements = run_sql(
        "INSERT INTO thing (name) VALUES ('a;b'); INSERT INTO thing (name) VALUES ('c') -- ; no more",
        "CREATE TRIGGER louder AFTER INSERT ON thing BEGIN"
        " UPDATE thing SET name = upper(name) WHERE id = new.id; UPDATE thing SET state = 'new' WHERE id = new.id; END",
        "INSERT INTO thing (name) VALUES ('d')",
    )
    config = app(sqlite_url, [TABLE], statements)
    await migrate(config, report=quiet)
    async with connected(config) as client:
        found = await rows(client, "SELECT name, state FROM thing ORDER BY id")
    assert found == [("a;b", None), ("c", None), ("D", "new")]


async def test_rows_without_parent_stop_a_sqlite_migration(app: App, sqlite_url: str) -> None:
    orphan = "INSERT INTO thing (name, part_of_id) VALUES ('orphan', 99)"
    config = app(sqlite_url, [TABLE], [f'ops.RunSQL("", "{orphan}")'], run_sql(orphan))
    with pytest.raises(MigrationError, match="thing row 1 -> thing"):
        await migrate(config, report=quiet)
    with pytest.raises(MigrationError, match="thing row 1 -> thing"):
        await downgrade(config, "scratch.0001", quiet)
    assert await pending(config) == ["scratch.0003_step"]
    async with connected(config) as client:
        assert await rows(client, "SELECT name FROM thing") == []


TRIGGER = "CREATE TRIGGER louder AFTER INSERT ON thing BEGIN UPDATE thing SET name = upper(name); END"


async def test_sqlite_alters_in_place(app: App, sqlite_url: str) -> None:
    """Nothing is copied: what no migration declares stays, and so does what hangs on the table."""
    unknown = run_sql(
        "ALTER TABLE thing ADD COLUMN extra text",
        "CREATE INDEX lowered ON thing (lower(name))",
        "CREATE UNIQUE INDEX one ON thing (state) WHERE state <> ''",
        TRIGGER,
        "INSERT INTO thing (name, state, extra) VALUES ('a', 'b', 'c')",
    )
    same = [
        alter("name", "fields.CharField(max_length=99, default='x', description='A; B')"),
        alter("state", "fields.TextField(null=True)"),
    ]
    renamed = [alter("state", "fields.CharField(max_length=20, null=True, source_field='condition')")]
    config = app(sqlite_url, [TABLE, *unknown], same, renamed)
    await migrate(config, "scratch.0001", quiet)
    async with connected(config) as client:
        before = await schema(client)
        await migrate(config, "scratch.0002", quiet)
        assert await schema(client) == before
        await migrate(config, report=quiet)
        after = {name: sql.replace('"', "") for name, sql in await schema(client) if sql}
        assert after["one"] == "CREATE UNIQUE INDEX one ON thing (condition) WHERE condition <> ''"
        assert after.keys() == {name for name, sql in before if sql}
        assert await rows(client, "SELECT name, condition, extra FROM thing") == [("A", "b", "c")]
    await downgrade(config, "scratch.0001", quiet)
    async with connected(config) as client:
        assert await rows(client, "SELECT state FROM thing") == [("b",)]


async def test_a_removed_column_takes_its_own_indexes_along_and_no_others(app: App, sqlite_url: str) -> None:
    code = "ops.AddField('Thing', 'code', fields.CharField(max_length=9, null=True, unique=True, db_index=True))"
    partly = "CREATE INDEX partly ON thing (code) WHERE name <> ''"
    removals = [f"ops.RemoveField('Thing', {name!r})" for name in ("code", "serial", "part_of")]
    config = app(sqlite_url, [TABLE, *run_sql(TRIGGER)], [code, *run_sql(partly), *removals])
    await migrate(config, "scratch.0001", quiet)
    async with connected(config) as client:
        before = dict(await schema(client))
        await migrate(config, report=quiet)
        after = dict(await schema(client))
        columns = await rows(client, "SELECT name FROM pragma_table_info('thing')")
    assert columns == [("id",), ("name",), ("state",), ("number",)]
    assert [name[:16] for name in before.keys() - after.keys()] == ["uid_thing_serial"]
    assert after.keys() < before.keys()


REFUSED = {
    r"the type of thing\.number": [alter("number", "fields.CharField(max_length=20)")],
    r"the type of thing\.name": [alter("name", "fields.UUIDField()")],
    "the nullability of thing.state": [alter("state", "fields.CharField(max_length=20)")],
    "the database's default of thing.name": [alter("name", "fields.CharField(max_length=20, db_default='x')")],
    "the constraint late": ["ops.AddConstraint('Thing', CheckConstraint(check='number > 0', name='late'))"],
    "the constraint .*positive": ["ops.RemoveConstraint('Thing', name='positive')"],
    "the name of thing's one_state": ["ops.RenameConstraint('Thing', 'one_state', 'single_state')"],
    r"thing\.serial cannot be removed .*louder": [
        *run_sql(TRIGGER.replace("name", "serial")),
        "ops.RemoveField('Thing', 'serial')",
    ],
    r"thing\.state cannot be removed .*uid_thing_name": ["ops.RemoveField('Thing', 'state')"],
    r"thing\.serial cannot be removed .*some": [
        *run_sql("CREATE INDEX some ON thing (name) WHERE \"serial\" <> ''"),
        "ops.RemoveField('Thing', 'serial')",
    ],
}


@pytest.mark.parametrize("reason", REFUSED)
async def test_what_sqlite_cannot_do_in_place_is_refused_and_changes_nothing(
    app: App, sqlite_url: str, reason: str
) -> None:
    config = app(sqlite_url, [TABLE], ["ops.RemoveField('Thing', 'part_of')", *REFUSED[reason]])
    await migrate(config, "scratch.0001", quiet)
    async with connected(config) as client:
        before = await schema(client)
        with pytest.raises(UnsafeMigrationError, match=reason):
            await migrate(config, report=quiet)
        assert await schema(client) == before
    assert await pending(config) == ["scratch.0002_step"]


async def test_a_foreign_key_keeps_its_rule_or_the_migration_is_refused(app: App, url: str) -> None:
    cascade = "fields.ForeignKeyField('scratch.Thing', source_field='part_of_id', null=True, on_delete=fields.{})"
    config = app(
        url, [TABLE], [alter("part_of", cascade.format("CASCADE"))], [alter("part_of", cascade.format("SET_NULL"))]
    )
    with pytest.raises(UnsafeMigrationError, match=r"the foreign key thing\.part_of"):
        await migrate(config, report=quiet)
    assert await pending(config) == ["scratch.0003_step"]


async def test_the_constraints_of_a_new_table_hold(app: App, url: str) -> None:
    config = app(url, [TABLE])
    await migrate(config, report=quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name, state) VALUES ('a', 'b'), ('c', 'd'), ('e', 'd')")
        await refused(client, "('a', 'b')", "('f', 'b')")
        with pytest.raises(IntegrityError):
            await client.execute_query("INSERT INTO thing (name, number) VALUES ('f', -1)")
    assert await downgrade(config, "scratch", quiet) == 1


async def test_constraints_are_added_and_removed(app: App, url: str) -> None:
    added = [
        "ops.RemoveConstraint('Thing', name='one_state')",
        "ops.RemoveConstraint('Thing', fields=['name', 'state'])",
        "ops.AddConstraint('Thing', UniqueConstraint(('name',), 'one_open', \"state = 'open'\"))",
    ]
    config = app(url, [TABLE], added, ["ops.RemoveConstraint('Thing', name='one_open')"])
    await migrate(config, "scratch.0002", quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name, state) VALUES ('a', 'b'), ('a', 'b'), ('a', 'open')")
        await refused(client, "('a', 'open')")
        await migrate(config, report=quiet)
        await client.execute_query("INSERT INTO thing (name, state) VALUES ('a', 'open')")
        await client.execute_query("DELETE FROM thing")
        await downgrade(config, "scratch.0001", quiet)
        await client.execute_query("INSERT INTO thing (name, state) VALUES ('a', 'b')")
        await refused(client, "('a', 'b')", "('c', 'b')")


async def test_uniqueness_and_index_of_a_column_follow_its_field(app: App, url: str) -> None:
    code = "fields.CharField(max_length=9, null=True{})"
    config = app(
        url,
        [TABLE, f"ops.AddField('Thing', 'code', {code.format('')})"],
        [
            alter("code", code.format(", unique=True")),
            alter("serial", "fields.CharField(max_length=9, null=True)"),
            alter("name", "fields.CharField(max_length=20, db_index=True)"),
        ],
        [alter("code", code.format("")), alter("name", "fields.CharField(max_length=20)")],
    )
    await migrate(config, "scratch.0001", quiet)
    insert = "INSERT INTO thing (name, code, serial) VALUES ('{}', '{}', '{}')"
    async with connected(config) as client:
        await client.execute_query(insert.format("a", "x", "1"))
        with pytest.raises(IntegrityError):
            await client.execute_query(insert.format("b", "y", "1"))
        await migrate(config, "scratch.0002", quiet)
        await client.execute_query(insert.format("b", "y", "1"))
        with pytest.raises(IntegrityError):
            await client.execute_query(insert.format("c", "y", "2"))
        assert "name" in await indexed_columns(client, "thing")
        await migrate(config, report=quiet)
        await client.execute_query(insert.format("c", "y", "2"))
        assert "name" not in await indexed_columns(client, "thing")


async def test_the_way_round_works_on_both_engines(app: App, url: str) -> None:
    key = "fields.ForeignKeyField('scratch.Thing', source_field='part_of_id', null=True, on_delete=fields.SET_NULL)"
    replaced = [
        "ops.AddField('Thing', 'number_2', fields.BigIntField(db_default=0))",
        "ops.AddField('Thing', 'held', fields.IntField(null=True))",
        *run_sql("UPDATE thing SET number_2 = CAST(serial AS INTEGER), held = part_of_id"),
        "ops.RemoveField('Thing', 'serial')",
        "ops.RenameField('Thing', 'number_2', 'serial')",
        alter("serial", "fields.BigIntField(db_default=0, unique=True)"),
        "ops.RemoveField('Thing', 'part_of')",
        f"ops.AddField('Thing', 'part_of', {key})",
        *run_sql("UPDATE thing SET part_of_id = held"),
        "ops.RemoveField('Thing', 'held')",
    ]
    config = app(url, [TABLE, *run_sql("INSERT INTO thing (name, serial) VALUES ('a', '5')")], replaced)
    await migrate(config, "scratch.0001", quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name, serial, part_of_id) VALUES ('b', '7', 1)")
        await migrate(config, report=quiet)
    async with connected(config) as client:
        assert await rows(client, "SELECT serial, part_of_id FROM thing ORDER BY id") == [(5, None), (7, 1)]
        with pytest.raises(IntegrityError):
            await client.execute_query("INSERT INTO thing (name, serial) VALUES ('c', 5)")
        await client.execute_query("DELETE FROM thing WHERE id = 1")
        assert await rows(client, "SELECT serial, part_of_id FROM thing") == [(7, None)]

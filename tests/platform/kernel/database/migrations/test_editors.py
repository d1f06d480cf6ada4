"""What Tortoise's editors lose or refuse on the way, ours keep: rows, indexes, triggers, constraints, counters."""

from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from kernel.database.migrations.editors import MigrationError, UnsafeMigrationError
from kernel.database.migrations.runner import downgrade, migrate, pending
from tests.platform.kernel.database.databases import connected
from tests.platform.kernel.database.scratch import TABLE, alter, indexed_columns, quiet, rows, run_sql, scratch


async def test_statements_may_hold_semicolons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    statements = run_sql(
        "INSERT INTO thing (name) VALUES ('a;b'); INSERT INTO thing (name) VALUES ('c') -- ; no more",
        "CREATE TRIGGER louder AFTER INSERT ON thing BEGIN"
        " UPDATE thing SET name = upper(name) WHERE id = new.id; UPDATE thing SET state = 'new' WHERE id = new.id; END",
        "INSERT INTO thing (name) VALUES ('d')",
    )
    config = scratch(tmp_path, monkeypatch, sqlite_url, [TABLE], statements)
    await migrate(config, report=quiet)
    async with connected(config) as client:
        assert await rows(client, "SELECT name, state FROM thing ORDER BY id") == [
            ("a;b", None),
            ("c", None),
            ("D", "new"),
        ]


async def test_rows_without_parent_stop_a_sqlite_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    orphan = "INSERT INTO thing (name, part_of_id) VALUES ('orphan', 99)"
    config = scratch(tmp_path, monkeypatch, sqlite_url, [TABLE], run_sql(orphan))
    with pytest.raises(MigrationError, match="thing row 1 -> thing"):
        await migrate(config, report=quiet)
    assert await pending(config) == ["scratch.0002_step"]
    async with connected(config) as client:
        assert await rows(client, "SELECT name FROM thing") == []


async def test_undoing_checks_rows_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    orphaning = "ops.RunSQL('', \"INSERT INTO thing (name, part_of_id) VALUES ('orphan', 99)\")"
    config = scratch(tmp_path, monkeypatch, sqlite_url, [TABLE], [orphaning])
    await migrate(config, report=quiet)
    with pytest.raises(MigrationError, match="thing row 1 -> thing"):
        await downgrade(config, "scratch.0001", quiet)
    assert await pending(config) == []


async def test_columns_that_no_migration_declares_are_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    config = scratch(
        tmp_path,
        monkeypatch,
        sqlite_url,
        [TABLE, *run_sql("ALTER TABLE thing ADD COLUMN extra text")],
        [alter("name", "fields.CharField(max_length=99)")],
    )
    with pytest.raises(UnsafeMigrationError, match=r"thing has columns that no migration declares \(extra\)"):
        await migrate(config, report=quiet)


async def test_triggers_survive_and_one_that_names_a_removed_column_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    trigger = "CREATE TRIGGER louder AFTER INSERT ON thing BEGIN UPDATE thing SET name = upper(name); END"
    config = scratch(
        tmp_path,
        monkeypatch,
        sqlite_url,
        [TABLE, *run_sql(trigger)],
        [alter("state", "fields.CharField(max_length=99, null=True)")],
        ["ops.RemoveField('Thing', 'name')"],
    )
    with pytest.raises(UnsafeMigrationError, match=r"thing\.name is used by trigger louder"):
        await migrate(config, report=quiet)
    assert await pending(config) == ["scratch.0003_step"]
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name) VALUES ('quiet')")
        assert await rows(client, "SELECT name FROM thing") == [("QUIET",)]


async def test_an_index_that_names_a_removed_column_only_in_its_condition_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    config = scratch(
        tmp_path,
        monkeypatch,
        sqlite_url,
        [
            TABLE,
            *run_sql(
                'CREATE UNIQUE INDEX gone ON thing (name) WHERE "state" IS NULL',
                "CREATE INDEX kept ON thing (name) WHERE name <> 'state'",
                "CREATE INDEX lowered ON thing (lower(name))",
            ),
        ],
        ["ops.RemoveConstraint('Thing', fields=['name', 'state'])", "ops.RemoveField('Thing', 'state')"],
    )
    await migrate(config, report=quiet)
    async with connected(config) as client:
        names = await rows(client, "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'thing'")
    assert sorted(names) == [("kept",), ("lowered",)]


async def test_constraints_are_kept_renamed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    steps = [
        [TABLE],
        [
            "ops.AddConstraint('Thing', UniqueConstraint(fields=('name',), name='one_name'))",
            "ops.AddConstraint('Thing', CheckConstraint(check=\"name <> 'bad'\", name='no_bad'))",
        ],
        ["ops.RenameConstraint('Thing', 'one_name', 'single_name')"],
        [
            "ops.RemoveConstraint('Thing', name='single_name')",
            "ops.RemoveConstraint('Thing', name='no_bad')",
            "ops.RemoveConstraint('Thing', fields=['name', 'state'])",
        ],
    ]
    config = scratch(tmp_path, monkeypatch, url, *steps)
    refused = [
        "INSERT INTO thing (name) VALUES ('a')",
        "INSERT INTO thing (name) VALUES ('bad')",
        "INSERT INTO thing (name, state) VALUES ('a', 'b')",
    ]
    await migrate(config, "scratch.0002", quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name, state) VALUES ('a', 'b')")
        for statement in refused:
            with pytest.raises(IntegrityError):
                await client.execute_query(statement)

    await migrate(config, "scratch.0003", quiet)
    async with connected(config) as client:
        for statement in refused:
            with pytest.raises(IntegrityError):
                await client.execute_query(statement)

    await migrate(config, report=quiet)
    async with connected(config) as client:
        for statement in refused:
            await client.execute_query(statement)
        assert len(await rows(client, "SELECT name FROM thing")) == 4
        await client.execute_query("DELETE FROM thing WHERE id > 1")

    await downgrade(config, "scratch.0001", quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name) VALUES ('bad')")
        with pytest.raises(IntegrityError):
            await client.execute_query("INSERT INTO thing (name, state) VALUES ('a', 'b')")


async def test_the_constraints_of_a_new_table_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    constraints = (
        "(UniqueConstraint(fields=('name',), name='one_open', condition=\"state = 'open'\"),"
        " CheckConstraint(check=\"name <> 'bad'\", name='no_bad'))"
    )
    table = TABLE.replace('"unique_together": (("name", "state"),)', f'"constraints": {constraints}')
    config = scratch(tmp_path, monkeypatch, url, [table], [alter("name", "fields.CharField(max_length=99)")])
    assert await migrate(config, report=quiet) == 2
    async with connected(config) as client:
        await client.execute_query(
            "INSERT INTO thing (name, state) VALUES ('a', 'closed'), ('a', 'closed'), ('a', 'open')"
        )
        for refused in ("('a', 'open')", "('bad', 'closed')"):
            with pytest.raises(IntegrityError):
                await client.execute_query(f"INSERT INTO thing (name, state) VALUES {refused}")
    assert await downgrade(config, "scratch", quiet) == 2


async def test_uniqueness_and_index_of_a_column_follow_its_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    config = scratch(
        tmp_path,
        monkeypatch,
        url,
        [TABLE, "ops.AddField('Thing', 'code', fields.CharField(max_length=9, unique=True, null=True))"],
        [
            alter("code", "fields.CharField(max_length=99, unique=True, null=True)"),
            alter("name", "fields.CharField(max_length=99, db_index=True)"),
        ],
        [
            alter("code", "fields.CharField(max_length=99, null=True)"),
            alter("name", "fields.CharField(max_length=99)"),
        ],
    )
    await migrate(config, "scratch.0002", quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name, code) VALUES ('a', 'x')")
        with pytest.raises(IntegrityError):
            await client.execute_query("INSERT INTO thing (name, code) VALUES ('b', 'x')")
        assert "name" in await indexed_columns(client, "thing")

    await migrate(config, report=quiet)
    async with connected(config) as client:
        await client.execute_query("INSERT INTO thing (name, code) VALUES ('b', 'x')")
        assert "name" not in await indexed_columns(client, "thing")


async def test_a_renamed_and_altered_column_keeps_values_and_indexes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    config = scratch(
        tmp_path,
        monkeypatch,
        sqlite_url,
        [TABLE, *run_sql("CREATE UNIQUE INDEX one ON thing (state) WHERE state <> ''")],
        run_sql("INSERT INTO thing (name, state) VALUES ('a', 'b')"),
        [alter("state", "fields.CharField(max_length=20, source_field='condition', default='')")],
    )
    await migrate(config, report=quiet)
    async with connected(config) as client:
        assert await rows(client, "SELECT name, condition FROM thing") == [("a", "b")]
        for clash in ("('c', 'b')", "('d', NULL)"):
            with pytest.raises(IntegrityError):
                await client.execute_query(f"INSERT INTO thing (name, condition) VALUES {clash}")


async def test_rows_get_the_default_when_null_becomes_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    config = scratch(
        tmp_path,
        monkeypatch,
        sqlite_url,
        [TABLE, *run_sql("INSERT INTO thing (name) VALUES ('a')")],
        [alter("state", "fields.CharField(max_length=20, default=State.NEW)")],
    )
    await migrate(config, report=quiet)
    async with connected(config) as client:
        assert await rows(client, "SELECT state FROM thing") == [("it's new",)]


async def test_a_default_without_one_value_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    config = scratch(
        tmp_path,
        monkeypatch,
        sqlite_url,
        [TABLE],
        [alter("state", "fields.CharField(max_length=20, default=lambda: 'x')")],
    )
    with pytest.raises(UnsafeMigrationError, match="fill the rows first"):
        await migrate(config, report=quiet)

"""Migrations go up and down on each engine, once, whole or not at all, and no row, index or rule is lost."""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector

from kernel.database.config import tortoise_config
from kernel.database.migrations import DatabaseUnreachable, downgrade, history, migrate, pending
from kernel.database.schema_editors import MigrationError, UnsafeMigrationError
from tests.platform.kernel.database.databases import connected, initialised, python, sample_config

ALL = [
    "club.0001_initial",
    "club.0002_longer_names",
    "club.0003_removed_columns",
    "club.0004_badges",
    "visits.0001_initial",
]

FILLED = """
INSERT INTO club_team (code) VALUES ('red'), ('blue');
INSERT INTO club_tag (name) VALUES ('keys'), ('first aid');
INSERT INTO club_person (name, email, number, nickname, deleted_at, team_id, mentor_id) VALUES
    ('Ada', 'ada@example.org', 1, 'A', NULL, 1, NULL),
    ('Bob', 'bob@example.org', 1, 'B', NULL, 2, 1),
    ('Old Bob', 'bob@example.org', 2, NULL, '2026-01-01 00:00:00', 2, 1),
    ('Guest', 'guest@example.org', 3, NULL, NULL, 2, NULL);
INSERT INTO club_person_tag (club_person_id, tag_id) VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO club_note (text, person_id) VALUES ('hello', 1), ('well; done', 2);
INSERT INTO club_desk (label, person_id) VALUES ('window', 1);
DELETE FROM club_person WHERE name = 'Guest';
"""

KEPT = {
    "SELECT id, name, email, number, team_id FROM club_person ORDER BY id": [
        (1, "Ada", "ada@example.org", 1, 1),
        (2, "Bob", "bob@example.org", 1, 2),
        (3, "Old Bob", "bob@example.org", 2, 2),
    ],
    "SELECT club_person_id, tag_id FROM club_person_tag ORDER BY 1, 2": [(1, 1), (1, 2), (2, 1)],
    "SELECT text, person_id FROM club_note ORDER BY 1": [("hello", 1), ("well; done", 2)],
    "SELECT label, person_id FROM club_desk": [("window", 1)],
}

REFUSED = [
    "INSERT INTO club_person (name, email, number, team_id) VALUES ('x', 'x@example.org', 1, 1)",  # unique together
    "INSERT INTO club_person (name, email, number, team_id) VALUES ('x', 'bob@example.org', 9, 1)",  # partial, by RunSQL
    "INSERT INTO club_person (name, email, number, team_id) VALUES ('x', 'x@example.org', 9, 99)",  # foreign key
    "INSERT INTO club_person (name, number, team_id) VALUES ('x', 9, 1)",  # NOT NULL
    "INSERT INTO club_person_tag (club_person_id, tag_id) VALUES (1, 1)",  # many to many
    "INSERT INTO club_desk (label, person_id) VALUES ('door', 1)",  # one to one
    "INSERT INTO club_team (code) VALUES ('red')",  # unique column
]


def quiet(_line: str) -> None:
    pass


async def rows(client: BaseDBAsyncClient, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await client.execute_query_dict(sql)]


async def indexed_columns(client: BaseDBAsyncClient, table: str) -> set[str]:
    """Of each index of the table, its columns and condition as the database tells them: "email" or "email WHERE ..."."""
    if client.capabilities.dialect == "sqlite":
        found = await rows(client, f"SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}'")
        definitions = [sql.replace('"', "") for (sql,) in found if sql]
    else:
        definitions = [
            sql for (sql,) in await rows(client, f"SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'")
        ]
    return {sql.partition("(")[2].replace(") WHERE (", ") WHERE ").replace(")", "") for sql in definitions}


async def test_rows_rules_and_indexes_survive_altered_and_removed_columns(url: str) -> None:
    config = sample_config(url)
    assert await migrate(config, "club.0001", quiet) == 1
    async with connected(config) as client:
        await client.execute_script(FILLED)
        before = await indexed_columns(client, "club_person")
    assert {"email", "nickname", "name, number", "email WHERE deleted_at IS NULL"} <= before

    assert await migrate(config, report=quiet) == 4

    async with connected(config) as client:
        assert {sql: await rows(client, sql) for sql in KEPT} == KEPT
        for statement in REFUSED:
            with pytest.raises(IntegrityError):
                await client.execute_query(statement)
        after = await indexed_columns(client, "club_person")
        assert {"email", "name, number", "email WHERE deleted_at IS NULL", "badge", "shift"} <= after
        assert "nickname" not in after
        assert await rows(client, "SELECT DISTINCT shift FROM club_person") == [("day",)]
        for gone in ("nickname", "mentor_id"):
            with pytest.raises(OperationalError):
                await client.execute_query(f"SELECT {gone} FROM club_person")


async def test_an_id_is_not_given_twice_after_a_table_was_copied(url: str) -> None:
    config = sample_config(url)
    await migrate(config, "club.0001", quiet)
    async with connected(config) as client:
        await client.execute_script(FILLED)  # the guest with id 4 is deleted
    await migrate(config, "club", quiet)
    async with connected(config) as client:
        await client.execute_query(
            "INSERT INTO club_person (name, email, number, team_id) VALUES ('New', 'new@example.org', 7, 1)"
        )
        (last,) = await rows(client, "SELECT max(id) FROM club_person")
    assert last[0] > 4


async def test_deleting_a_row_still_cascades_after_its_table_was_copied(url: str) -> None:
    config = sample_config(url)
    await migrate(config, "club.0001", quiet)
    async with connected(config) as client:
        await client.execute_script(FILLED)
    await migrate(config, report=quiet)
    async with connected(config) as client:
        await client.execute_query("DELETE FROM club_team WHERE code = 'red'")
        assert await rows(client, "SELECT text FROM club_note") == [("well; done",)]
        assert await rows(client, "SELECT club_person_id FROM club_person_tag") == [(2,)]
        assert await rows(client, "SELECT label FROM club_desk") == []


async def test_up_down_and_up_again(url: str) -> None:
    config = sample_config(url)
    lines: list[str] = []
    assert await migrate(config, report=lines.append) == 5
    assert lines == [f"applied {name}" for name in ALL]
    assert await migrate(config, report=lines.append) == 0

    lines.clear()
    assert await downgrade(config, "club.0001_initial", lines.append) == 3
    assert lines == [f"undone {name}" for name in reversed(ALL[1:4])]
    async with connected(config) as client:
        await client.execute_script(FILLED)
        assert {"email", "nickname", "name, number", "email WHERE deleted_at IS NULL"} <= await indexed_columns(
            client, "club_person"
        )

    lines.clear()
    assert await downgrade(config, "club", lines.append) == 2
    assert lines == ["undone visits.0001_initial", "undone club.0001_initial"]
    assert await pending(config) == ALL
    assert await migrate(config, report=quiet) == 5


async def test_rows_survive_a_downgrade(url: str) -> None:
    config = sample_config(url)
    await migrate(config, "club.0001", quiet)
    async with connected(config) as client:
        await client.execute_script(FILLED)
    await migrate(config, report=quiet)
    await downgrade(config, "club.0001_initial", quiet)
    async with connected(config) as client:
        assert {sql: await rows(client, sql) for sql in KEPT} == KEPT
        assert await rows(client, "SELECT DISTINCT nickname, mentor_id FROM club_person") == [(None, None)]


async def test_a_target_brings_what_it_depends_on_and_nothing_more(url: str) -> None:
    config = sample_config(url)
    assert await migrate(config, "visits", quiet) == 2
    assert await migrate(config, "club.0001_initial", quiet) == 0, "an applied target is no reason to go back"
    assert await pending(config) == ALL[1:4]
    assert await migrate(config, "club", quiet) == 3, "club has dependents, but its latest is still its latest"
    assert await pending(config) == []


@pytest.mark.parametrize("target", ["nothing", "", "club.0099", "club.000"])
async def test_an_unknown_or_ambiguous_target_is_refused(sqlite_url: str, target: str) -> None:
    config = sample_config(sqlite_url)
    await migrate(config, report=quiet)
    for run in (migrate, downgrade):
        with pytest.raises(MigrationError):
            await run(config, target, quiet)
    assert await pending(config) == []


async def test_pending_and_history_follow_the_database(url: str) -> None:
    config = sample_config(url)
    assert await pending(config) == ALL
    assert await history(config) == []
    await migrate(config, "club.0002_longer_names", quiet)

    async with initialised(config):
        assert await pending(config) == ALL[2:]
        (first, moment), (second, _) = await history(config)
    assert [first, second] == ALL[:2]
    assert moment.startswith("20")
    assert moment.endswith("+00:00")


async def test_pending_writes_nothing(url: str) -> None:
    config = sample_config(url)
    assert await pending(config) == ALL
    async with connected(config) as client:
        if client.capabilities.dialect == "sqlite":
            tables = await rows(client, "SELECT name FROM sqlite_master")
        else:
            tables = await rows(client, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables == []


async def test_pending_does_not_take_an_unreadable_record_for_nothing_applied(sqlite_url: str) -> None:
    config = sample_config(sqlite_url)
    async with connected(config) as client:
        await client.execute_script("CREATE TABLE tortoise_migrations (id int)")
    with pytest.raises(OperationalError, match="app"):
        await pending(config)


@pytest.mark.parametrize(
    "address",
    [
        "postgres://someone:failed@127.0.0.1:1/test",  # a password that is also a word of the driver's message
        "sqlite:///nonexistent/directory/test.sqlite3",
    ],
)
async def test_a_database_that_does_not_answer_is_named_without_its_password(address: str) -> None:
    config = sample_config(address)
    for question in (pending(config), history(config)):
        with pytest.raises(DatabaseUnreachable, match="'default' does not answer") as unreachable:
            await question
        assert "failed" not in str(unreachable.value)
        assert unreachable.value.connection_name == "default"
        assert unreachable.value.reason
        assert unreachable.value.__cause__ is None, "the driver's error may quote the password"


async def test_migrating_a_database_that_does_not_answer_raises_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for address in ("postgres://someone:failed@127.0.0.1:1/test", f"sqlite://{tmp_path}/file/test.sqlite3"):
        with pytest.raises(DatabaseUnreachable):
            await migrate(sample_config(address), report=quiet)


async def test_migrating_makes_the_directory_of_a_new_sqlite_file(tmp_path: Path) -> None:
    assert await migrate(sample_config(f"sqlite://{tmp_path}/var/new.sqlite3"), report=quiet) == 5


async def test_an_in_memory_database_is_refused() -> None:
    with pytest.raises(MigrationError, match="in-memory"):
        await migrate(sample_config("sqlite://:memory:"), report=quiet)


async def test_makemigrations_finds_nothing_more(sqlite_url: str) -> None:
    config = sample_config(sqlite_url)
    async with TortoiseContext() as context:
        await context.init(config=config)
        assert context.apps is not None
        changes = await MigrationAutodetector(context.apps, config["apps"]).changes()
    assert [writer.operations for writer in changes] == []


MIGRATE = """
import asyncio
from kernel.database.migrations import migrate
from tests.platform.kernel.database.databases import sample_config
print(asyncio.run(migrate(sample_config(sys.argv[1]), report=lambda line: None)))
"""


async def test_two_processes_that_migrate_at_once_apply_each_migration_once(url: str) -> None:
    processes = [python(MIGRATE, url) for _ in range(3)]
    outcomes = [await asyncio.to_thread(process.communicate) for process in processes]

    assert [error for _, error in outcomes] == [""] * 3
    assert sorted(int(count) for count, _ in outcomes) == [0, 0, 5]
    assert [name for name, _ in await history(sample_config(url))] == ALL


async def test_the_second_to_migrate_says_that_it_waits(url: str) -> None:
    config = sample_config(url)
    lines: list[str] = []
    counts = await asyncio.gather(migrate(config, report=lines.append), migrate(config, report=lines.append))
    assert sorted(counts) == [0, 5]
    assert lines.count("another process is migrating this database; waiting for it") == 1


# Migrations made up for one test

_numbers = itertools.count()
TABLE = """
ops.CreateModel(
    name="Thing",
    fields=[
        ("id", fields.IntField(generated=True, primary_key=True)),
        ("name", fields.CharField(max_length=20)),
        ("state", fields.CharField(max_length=20, null=True)),
        ("part_of", fields.ForeignKeyField("scratch.Thing", source_field="part_of_id", null=True)),
    ],
    options={"table": "thing", "app": "scratch", "unique_together": (("name", "state"),)},
)
"""


def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, *migrations: Sequence[str]) -> dict[str, Any]:
    """A configuration with one app, whose migrations consist of the given operations."""
    package = f"scratch_{next(_numbers)}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    for number, operations in enumerate(migrations, start=1):
        parent = f'("scratch", "{number - 1:04}_step")' if number > 1 else ""
        (folder / f"{number:04}_step.py").write_text(
            "import enum\n"
            "from tortoise import fields, migrations\n"
            "from tortoise.migrations import operations as ops\n"
            "from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint\n"
            'class State(enum.Enum):\n    NEW = "it\'s new"\n'
            "def fail(apps, editor):\n    raise RuntimeError('half way')\n"
            "class Migration(migrations.Migration):\n"
            f"    dependencies = [{parent}]\n"
            f"    operations = [{', '.join(operation.strip() for operation in operations)}]\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    config = tortoise_config({"scratch": package}, {"default": url})
    config["apps"]["scratch"]["migrations"] = package
    return config


def run_sql(*statements: str) -> list[str]:
    return [f"ops.RunSQL({statement!r}, '')" for statement in statements]


def alter(column: str, field: str) -> str:
    return f"ops.AlterField('Thing', {column!r}, {field})"


async def test_a_migration_that_fails_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    failing = [*run_sql("CREATE TABLE half (n int)"), "ops.RunPython(fail)"]
    config = scratch(tmp_path, monkeypatch, url, [TABLE], failing)
    with pytest.raises(RuntimeError, match="half way") as failure:
        await migrate(config, report=quiet)
    assert failure.value.__notes__ == ["in migration scratch.0002_step, which was not applied"]
    assert await pending(config) == ["scratch.0002_step"]
    async with connected(config) as client:
        with pytest.raises(OperationalError):
            await client.execute_query("SELECT n FROM half")


async def test_what_cannot_be_recorded_is_not_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    config = scratch(tmp_path, monkeypatch, url, run_sql("CREATE TABLE t (n int)", "DROP TABLE tortoise_migrations"))
    with pytest.raises(OperationalError):
        await migrate(config, report=quiet)
    async with connected(config) as client:
        with pytest.raises(OperationalError):
            await client.execute_query("SELECT n FROM t")


async def test_a_missing_migrations_package_is_named(sqlite_url: str) -> None:
    config = tortoise_config({"club": "unused"}, {"default": sqlite_url})
    with pytest.raises(MigrationError, match=r"no package migrations\.club: run makemigrations"):
        await pending(config)


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

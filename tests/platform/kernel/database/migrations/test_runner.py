"""Migrations go up and down on each engine, once, whole or not at all, and no row, index or rule is lost."""

from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from kernel.database.config import tortoise_config
from kernel.database.migrations.editors import MigrationError
from kernel.database.migrations.runner import DatabaseUnreachable, downgrade, history, migrate, pending
from tests.platform.kernel.database.databases import connected, initialised, sample_config
from tests.platform.kernel.database.scratch import TABLE, indexed_columns, quiet, rows, run_sql, scratch

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
    ('Old Bob', 'bob@example.org', 2, NULL, '2026-01-01 00:00:00', 2, 1);
INSERT INTO club_person_tag (club_person_id, tag_id) VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO club_note (text, person_id) VALUES ('hello', 1), ('well; done', 2);
INSERT INTO club_desk (label, person_id) VALUES ('window', 1);
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


# Migrations made up for one test


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

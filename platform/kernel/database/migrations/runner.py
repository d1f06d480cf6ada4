"""Apply Tortoise migrations: one process at a time, each migration in one transaction with its record.

`writer` writes the files, these functions run them. A migration that touches rows gets the tables as they were then
from its `apps` argument, never from today's models, which are not set up here. On SQLite foreign keys are off while a
migration runs, and all of them are checked before it is recorded. What Tortoise 1.1.9 does otherwise, and where that
loses or hides something, is shown in tests/architecture/test_upstream.py.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext, get_current_context
from tortoise.exceptions import ValidationError
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget, PlanStep
from tortoise.migrations.graph import MigrationGraph, MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import Operation, RunPython
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from kernel.database.migrations.changes import keeping_tables
from kernel.database.migrations.editors import MigrationError, PostgresEditor, SqliteEditor
from kernel.database.migrations.lock import migration_lock

Report = Callable[[str], None]
AppsConfig = dict[str, dict[str, Any]]

RECORDS = "tortoise_migrations"
RECORDS_EXIST = {
    "sqlite": f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{RECORDS}'",  # noqa: S608
    "postgres": f"SELECT 1 WHERE to_regclass('{RECORDS}') IS NOT NULL",
}
EDITORS = {"sqlite": SqliteEditor, "postgres": PostgresEditor}
VIOLATIONS_SHOWN = 5


class DatabaseUnreachable(MigrationError):
    """A database does not answer. The text never holds its password."""

    def __init__(self, connection_name: str, reason: str) -> None:
        super().__init__(f"database {connection_name!r} does not answer: {reason}")
        self.connection_name = connection_name
        self.reason = reason


async def pending(config: Mapping[str, Any]) -> list[str]:
    """The migrations not applied yet, as "app.name", in the order in which `migrate` would apply them.

    Uses the connections of the app if Tortoise is set up, else its own. Writes nothing.
    Raises DatabaseUnreachable.
    """
    names: list[str] = []
    async with _app_or_own_context(config) as context:
        for connection, apps in _apps_by_connection(config).items():
            client = context.connections.get(connection)
            await _require_answer(client)
            steps = await _Executor(client, apps).plan()
            names += [f"{step.migration.app_label}.{step.migration.name}" for step in steps]
    return names


async def history(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The applied migrations, oldest first in each database: "app.name" and the ISO 8601 moment in UTC.

    Connections and errors are as in `pending`.
    """
    applied: list[tuple[str, str]] = []
    async with _app_or_own_context(config) as context:
        for connection in _apps_by_connection(config):
            client = context.connections.get(connection)
            await _require_answer(client)
            applied += [(f"{row['app']}.{row['name']}", _moment(row["applied_at"])) for row in await _records(client)]
    return applied


async def migrate(config: Mapping[str, Any], target: str | None = None, report: Report = print) -> int:
    """Apply what is pending and return the number of migrations applied.

    `target` is an app ("hr") or the last migration to apply ("hr.0001_initial", or a prefix of its name); what these
    depend on is applied too. A second caller, in any process, waits for the first. `report` gets a line a migration.
    Raises DatabaseUnreachable, another MigrationError, or the database's own error; the migration that
    failed leaves no trace, those before it stay.
    """
    return await _run(config, target, report, backward=False)


async def downgrade(config: Mapping[str, Any], target: str, report: Report = print) -> int:
    """Undo migrations and return their number: all of an app ("hr"), or those after one ("hr.0001_initial").

    Migrations of other apps that depend on them are undone first. Waits and raises as `migrate` does.
    """
    return await _run(config, target, report, backward=True)


async def _run(config: Mapping[str, Any], target: str | None, report: Report, *, backward: bool) -> int:
    selected = None if target is None else target.partition(".")[0]
    if selected is not None and selected not in config["apps"]:
        raise MigrationError(f"no app is called {selected!r}; there are: {', '.join(config['apps'])}")

    done = 0
    async with _own_context(config) as context:
        for name, apps in _apps_by_connection(config).items():
            if selected is not None and selected not in apps:
                continue
            client = context.connections.get(name)
            async with _locked(client, report):
                done += await _Executor(client, apps, target, backward=backward).run(report)
    return done


@asynccontextmanager
async def _locked(client: BaseDBAsyncClient, report: Report) -> AsyncIterator[None]:
    """The database, answering, and locked against other migrating processes."""
    if client.capabilities.dialect == "sqlite":
        _make_directory(client)  # SQLite answers under the lock: processes that create one file at once collide
    else:
        await _require_answer(client)
    async with migration_lock(client, report):
        await _require_answer(client)
        yield


def _make_directory(client: Any) -> None:
    if client.filename == ":memory:":
        raise MigrationError("an in-memory SQLite database ends with its connection: there is nothing to migrate")
    try:
        Path(client.filename).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachable(client.connection_name, str(error)) from None


@asynccontextmanager
async def _app_or_own_context(config: Mapping[str, Any]) -> AsyncIterator[TortoiseContext]:
    current = get_current_context()
    if current is not None and current.inited and current.connections.db_config == config["connections"]:
        yield current
        return
    async with _own_context(config) as context:
        yield context


@asynccontextmanager
async def _own_context(config: Mapping[str, Any]) -> AsyncIterator[TortoiseContext]:
    """Connections for migrating alone: no models, no foreign keys on SQLite, a pool of its own."""
    connections = {
        name: {**connection, "credentials": {**connection["credentials"], **_migrating_options(connection["engine"])}}
        for name, connection in config["connections"].items()
    }
    async with TortoiseContext() as context:
        context.connections._init_config(connections)  # `init` would also set up today's models and want them all
        yield context


def _migrating_options(engine: str) -> dict[str, Any]:
    if "sqlite" in engine:
        return {"foreign_keys": "OFF"}
    # Of the pool's connections, the lock takes one and the transaction another. A migration takes as long as it takes.
    return {"minsize": 1, "maxsize": 2, "command_timeout": None, "server_settings": {}}


def _apps_by_connection(config: Mapping[str, Any]) -> dict[str, AppsConfig]:
    grouped: dict[str, AppsConfig] = {}
    for label, app in config["apps"].items():
        grouped.setdefault(app["default_connection"], {})[label] = app
    return grouped


async def _require_answer(client: BaseDBAsyncClient) -> None:
    try:
        await client.execute_query("SELECT 1")
    except Exception as error:  # each driver has errors of its own, and none of them is less than 'no answer'
        password = str(getattr(client, "password", None) or "")
        reason = f"{type(error).__name__}: {error}"
        raise DatabaseUnreachable(
            client.connection_name, reason.replace(password, "***") if password else reason
        ) from None


async def _records(client: BaseDBAsyncClient) -> list[dict[str, Any]]:
    """Rows (app, name, applied_at), oldest first; none where no migration ever ran. Other failures are raised."""
    if not await client.execute_query_dict(RECORDS_EXIST[client.capabilities.dialect]):
        return []
    return await client.execute_query_dict(
        f"SELECT app, name, applied_at FROM {RECORDS} ORDER BY applied_at, id"  # noqa: S608
    )


def _moment(value: datetime | str) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


class _Recorder(MigrationRecorder):
    """Reads the records strictly: the stock recorder takes every failure for 'none applied'.

    Writes none: the stock executor would write them after the migration's transaction; `_framed` does it inside.
    """

    async def applied_migrations(self) -> list[MigrationKey]:
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in await _records(self.connection)]

    async def record_applied(self, app: str, name: str) -> None:
        pass

    async def record_unapplied(self, app: str, name: str) -> None:
        pass


class _Loader(MigrationLoader):
    def load_disk(self) -> None:
        try:
            super().load_disk()
        except ModuleNotFoundError as error:
            if error.name not in {app["migrations"] for app in self.apps_config.values()}:
                raise
            raise MigrationError(f"there is no package {error.name}: run makemigrations") from None
        for key, migration in self.disk_migrations.items():
            migration.operations = _framed(key, keeping_tables(migration.operations))


def _framed(key: MigrationKey, operations: list[Operation]) -> list[Operation]:
    """The operations, then a check and the record, all in one transaction; undone in the opposite order."""

    async def check(_apps: StateApps, editor: BaseSchemaEditor) -> None:
        await _check_foreign_keys(editor.client)

    async def record(_apps: StateApps, editor: BaseSchemaEditor) -> None:
        await _check_foreign_keys(editor.client)
        await MigrationRecorder(editor.client).record_applied(key.app_label, key.name)

    async def unrecord(_apps: StateApps, editor: BaseSchemaEditor) -> None:
        await MigrationRecorder(editor.client).record_unapplied(key.app_label, key.name)

    return [
        RunPython(RunPython.noop, check, atomic=False),
        *operations,
        RunPython(record, unrecord, atomic=False),
    ]


async def _check_foreign_keys(client: BaseDBAsyncClient) -> None:
    if client.capabilities.dialect != "sqlite":
        return
    rows = await client.execute_query_dict("PRAGMA foreign_key_check")
    if not rows:
        return
    shown = ", ".join(f"{row['table']} row {row['rowid']} -> {row['parent']}" for row in rows[:VIOLATIONS_SHOWN])
    more = f" and {len(rows) - VIOLATIONS_SHOWN} more" if len(rows) > VIOLATIONS_SHOWN else ""
    raise MigrationError(f"rows point to rows that do not exist: {shown}{more}")


class _Executor(MigrationExecutor):
    """Plans towards a target in one direction, and runs with our editors."""

    def __init__(
        self, connection: BaseDBAsyncClient, apps: AppsConfig, target: str | None = None, *, backward: bool = False
    ) -> None:
        super().__init__(connection, apps)
        self.recorder = _Recorder(connection)
        self.loader = _Loader(apps, self.recorder)
        self.target = target
        self.backward = backward

    async def run(self, report: Report) -> int:
        """Apply or undo what the target asks for. Returns the number of migrations."""
        current, done = "", 0

        def progress(event: str, app: str, name: str) -> None:
            nonlocal current, done
            current = f"{app}.{name}"
            if event.endswith("_done"):
                done += 1
                report(f"{'undone' if self.backward else 'applied'} {current}")

        try:
            await self.migrate(progress=progress)
        except ValidationError as error:  # a migration's own word for rows that it cannot do with
            raise MigrationError(f"migration {current} was not applied: {error}") from None
        except Exception as error:
            if current:
                error.add_note(f"in migration {current}, which was not {'undone' if self.backward else 'applied'}")
            raise
        return done

    def _migration_plan(
        self, targets: Iterable[MigrationTarget] | None, applied: set[MigrationKey], graph: MigrationGraph
    ) -> list[PlanStep]:
        del targets  # `self.target` stands for them
        # The stock planner turns round when the target is applied already, and finds nothing to do for an app that
        # depends on another one or is depended on, since it takes the whole graph's roots and leaves for the app's.
        keys = list(dict.fromkeys(self._backward(graph) if self.backward else self._forward(graph)))
        return [PlanStep(_found(graph, key), self.backward) for key in keys if (key in applied) is self.backward]

    def _forward(self, graph: MigrationGraph) -> Iterator[MigrationKey]:
        for key in self._targets(graph):
            yield from graph.forwards_plan(key)

    def _backward(self, graph: MigrationGraph) -> Iterator[MigrationKey]:
        for key in self._targets(graph):
            steps = graph.backwards_plan(key)
            if "." in (self.target or ""):  # only what follows it in its app; what depends on itself alone may stay
                steps = [step for step in steps if step.app_label == key.app_label and step != key]
            for step in steps:
                yield from graph.backwards_plan(step)

    def _targets(self, graph: MigrationGraph) -> list[MigrationKey]:
        app, _, name = (self.target or "").partition(".")
        if name:
            try:
                return [self._resolve_migration_key(app, name)]
            except ValueError as error:
                raise MigrationError(str(error)) from None
        return sorted(key for key in graph.nodes if not app or key.app_label == app)

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        return EDITORS[self.connection.capabilities.dialect](self.connection, atomic=atomic, collect_sql=collect_sql)


def _found(graph: MigrationGraph, key: MigrationKey) -> Migration:
    migration = graph.nodes[key]
    if migration is None:
        raise MigrationError(f"there is no file for migration {key}")
    return migration

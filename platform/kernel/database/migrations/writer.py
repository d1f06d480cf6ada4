"""Write the migrations that models lack: `migrations/<app>/0001_initial.py`.

A migration says what a column is, so that neither a new member of an enumeration nor a moved function makes one, and
the files import no code of ours. Tortoise 1.1.9 writes an enumeration by name, with its members as the column's comment,
and a `default=` by its function.
"""

import importlib
from collections.abc import Collection, Mapping
from copy import copy
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tortoise.apps import Apps
from tortoise.context import TortoiseContext
from tortoise.fields.base import Field
from tortoise.fields.data import CharEnumFieldInstance, CharField, IntEnumFieldInstance, SmallIntField
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.writer import MigrationWriter

from kernel.database.migrations.editors import MigrationError


async def missing_migrations(config: Mapping[str, Any], apps: Collection[str] = ()) -> list[MigrationWriter]:
    """What the models of these apps (all, if none is given) have and their migrations have not; nothing is written.

    Raises MigrationError for an unknown app.
    """
    if unknown := set(apps) - config["apps"].keys():
        raise MigrationError(f"no app is called {min(unknown)!r}; there are: {', '.join(config['apps'])}")
    async with TortoiseContext() as context:
        # All apps, whatever is asked for: foreign keys point from one to another.
        await context.init(config=dict(config), init_connections=False)
        assert context.apps is not None
        found = await _Autodetector(context.apps, config["apps"]).changes()
    return [each for each in found if not apps or each.app_label in apps]


def write(migration: MigrationWriter) -> Path:
    """Write the file, into a new package if it is the app's first. Returns its path."""
    module = str(migration.migrations_module)
    if not find_spec(module):
        parent, _, name = module.rpartition(".")
        folder = Path(importlib.import_module(parent).__path__[0]) / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        importlib.invalidate_caches()
    return migration.write()


class _Autodetector(MigrationAutodetector):
    """Compares columns instead of fields, and takes an app without a package of migrations for one without migrations."""

    def __init__(self, apps: Apps, apps_config: dict[str, dict[str, Any]]) -> None:
        super().__init__(apps, apps_config)
        self.loader.apps_config = {label: app for label, app in apps_config.items() if find_spec(app["migrations"])}

    def _current_state(self) -> State:
        state = super()._current_state()
        for model in state.models.values():
            model.fields = {name: _column(field) for name, field in model.fields.items()}
        return state


def _column(field: Field[Any]) -> Field[Any]:
    """The field without what its column has nothing of: the members of an enumeration, a function as its default."""
    if isinstance(field, CharEnumFieldInstance | IntEnumFieldInstance):
        options = field.deconstruct()[2]
        members = type(field)(options.pop("enum_type")).description
        if options["description"] == members:
            del options["description"]
        column: Field[Any] = (CharField if isinstance(field, CharEnumFieldInstance) else SmallIntField)(**options)
    else:
        column = copy(field)
    if isinstance(column.default, Enum):
        column.default = column.default.value
    elif callable(column.default):
        column.default = None
    return column

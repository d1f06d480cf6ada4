"""Write the migrations that models lack: `migrations/<app>/0001_initial.py`, then `0002_employee_add_avatar.py`.

A migration says what a column is, so that neither a new member of an enumeration nor a moved function makes one, and
the files import no code of ours. Tortoise 1.1.9 writes an enumeration by name, with its members as the column's comment,
and a `default=` by its function. What changed is found by `changes`.
"""

import importlib
import re
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tortoise.context import TortoiseContext
from tortoise.migrations.writer import MigrationWriter

from kernel.database.migrations.changes import Autodetector, Renames
from kernel.database.migrations.editors import MigrationError

OURS = ("features", "kernel")


async def missing_migrations(
    config: Mapping[str, Any],
    apps: Collection[str] = (),
    *,
    renames: Renames | None = None,
    name: str | None = None,
) -> list[MigrationWriter]:
    """What the models of these apps (all, if none is given) have and their migrations have not; nothing is written.

    Raises MigrationError for an unknown app, for a change that may be a renaming or not and of which `renames` does not
    say which, and for a `name` that is none or that several migrations would have.
    """
    if unknown := set(apps) - config["apps"].keys():
        raise MigrationError(f"no app is called {min(unknown)!r}; there are: {', '.join(config['apps'])}")
    async with TortoiseContext() as context:
        # All apps, whatever is asked for: foreign keys point from one to another.
        await context.init(config=dict(config), init_connections=False)
        assert context.apps is not None
        return await Autodetector(context.apps, config["apps"], apps or config["apps"], renames, name).changes()


def write(migrations: Sequence[MigrationWriter]) -> list[Path]:
    """Write the files, all or none, each into a new package if it is the app's first. Returns their paths.

    Raises MigrationError for what no file can say.
    """
    texts = [_text(each) for each in migrations]
    written: list[Path] = []
    try:
        for migration, text in zip(migrations, texts, strict=True):
            path = _folder(str(migration.migrations_module), written) / f"{migration.name}.py"
            written.append(path)
            path.write_text(text, encoding="utf-8")
    except BaseException:
        for path in reversed(written):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        raise
    return [path for path in written if path.suffix and path.name != "__init__.py"]


def _folder(module: str, made: list[Path]) -> Path:
    """The folder of a package, which is made if it is not there; `made` gets what is new."""
    if find_spec(module):
        return Path(importlib.import_module(module).__path__[0])
    parent, _, name = module.rpartition(".")
    folder = Path(importlib.import_module(parent).__path__[0]) / name
    folder.mkdir()
    made.append(folder)
    (folder / "__init__.py").touch()
    made.append(folder / "__init__.py")
    importlib.invalidate_caches()
    return folder


def _text(migration: MigrationWriter) -> str:
    try:
        text = migration.as_string()
    except ValueError as error:
        raise MigrationError(f"{migration.app_label}: no migration can be written: {error}") from error
    for line in text.splitlines():
        if found := re.match(rf"(?:from|import) ((?:{'|'.join(OURS)})\b[\w.]*)(?: import (.*))?", line):
            used = ".".join(filter(None, found.groups()))
            raise MigrationError(
                f"{migration.app_label}: its migration would import {used}, which will move or change, and the migration "
                "with it; declare the column by a field of Tortoise and by values"
            )
    return text

"""A throw-away app of one table, for tests that need a migration of their own; and what a database says of its tables."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from kernel.database.config import tortoise_config


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


TABLE = """
ops.CreateModel(
    name="Thing",
    fields=[
        ("id", fields.IntField(generated=True, primary_key=True)),
        ("name", fields.CharField(max_length=20)),
        ("state", fields.CharField(max_length=20, null=True)),
        ("number", fields.IntField(null=True)),
        ("serial", fields.CharField(max_length=9, null=True, unique=True)),
        ("part_of", fields.ForeignKeyField("scratch.Thing", source_field="part_of_id", null=True)),
    ],
    options={
        "table": "thing",
        "app": "scratch",
        "unique_together": (("name", "state"),),
        "constraints": (
            UniqueConstraint(fields=("state",), name="one_state", condition="state = 'b'"),
            CheckConstraint(check="number >= 0", name="positive"),
        ),
    },
)
"""

_numbers = itertools.count()


def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, *migrations: Sequence[str]) -> dict[str, Any]:
    """A configuration with one app, whose migrations consist of the given operations."""
    package = f"scratch_{next(_numbers)}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    for number, operations in enumerate(migrations, start=1):
        parent = f'("scratch", "{number - 1:04}_step")' if number > 1 else ""
        (folder / f"{number:04}_step.py").write_text(
            "from tortoise import fields, migrations\n"
            "from tortoise.migrations import operations as ops\n"
            "from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint\n"
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

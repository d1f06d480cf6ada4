"""Tortoise's schema editors, made safe for tables that hold data.

What the stock ones of Tortoise 1.1.9 do, and tests/architecture/test_upstream.py shows:

- both: leave out the index of a column added with `db_index=True`, and the `constraints` of a new table's Meta;
- PostgreSQL: ignores a changed target or `on_delete` of a foreign key;
- SQLite: AlterField and RemoveField copy the table and lose its indexes, triggers and AUTOINCREMENT counter; a
  UniqueConstraint may have no condition; a renamed one is unique no more; a script is split at every semicolon.

Here SQLite alters tables by its own ALTER TABLE (https://www.sqlite.org/lang_altertable.html); what that cannot do is
refused. So that uniqueness can be taken away there, it is an index, never a UNIQUE clause of the table.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from types import SimpleNamespace
from typing import Any

from tortoise.exceptions import OperationalError
from tortoise.fields.base import Field
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

from kernel.errors.operator import OperatorError

Constraint = UniqueConstraint | CheckConstraint


class MigrationError(OperatorError):
    """Migrations cannot be read, planned or applied. The text is for the operator."""


class UnsafeMigrationError(MigrationError):
    """A migration that would lose or invent data. The text says what to do instead."""


class _SafeEditor(BaseSchemaEditor):
    async def create_model(self, model: Any) -> None:
        await super().create_model(model)
        for constraint in model._meta.constraints:
            await self.add_constraint(model, constraint)

    async def add_field(self, model: Any, field_name: str) -> None:
        await super().add_field(model, field_name)
        field = _column_field(model, model._meta.fields_map[field_name])
        if field.index and not field.pk:
            await self.add_index(model, Index(fields=(_column(field),)))

    async def alter_field(self, old_model: Any, new_model: Any, field_name: str) -> None:
        old, new = (model._meta.fields_map[field_name] for model in (old_model, new_model))
        if _target(old) != _target(new):
            raise _refusal(f"the foreign key {new_model._meta.db_table}.{field_name}")
        if old.field_type != new.field_type:
            raise _refusal(f"the type of {new_model._meta.db_table}.{field_name}")
        await super().alter_field(old_model, new_model, field_name)


class PostgresEditor(_SafeEditor, AsyncpgSchemaEditor):
    """The stock editor, with nothing left out."""


class SqliteEditor(_SafeEditor, SqliteSchemaEditor):
    """Alters tables in place: names, indexes, uniqueness, and what SQLite stores nothing of (`max_length`, `default`,
    `description`). Raises UnsafeMigrationError for the rest.
    """

    _checks: Sequence[str] = ()

    async def create_model(self, model: Any) -> None:
        meta = copy(model._meta)
        checks = [each for each in meta.constraints if isinstance(each, CheckConstraint)]
        columns = [(name,) for name in meta.fields_db_projection if _is_unique(meta.fields_map[name])]
        unique = [UniqueConstraint(fields) for fields in (*columns, *meta.unique_together)]
        meta.constraints = [*unique, *(each for each in meta.constraints if each not in checks)]
        meta.unique_together = ()
        self._checks = [self.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=c.name, check=c.check) for c in checks]
        await super().create_model(SimpleNamespace(_meta=meta))
        self._checks = ()

    def _get_inner_statements(self) -> list[str]:
        return list(self._checks)

    def _get_field_sql(self, *args: Any, **kwargs: Any) -> str:
        return super()._get_field_sql(*args, **{**kwargs, "unique": False})

    async def remove_field(self, model: Any, field: Field[Any]) -> None:
        if isinstance(field, ManyToManyFieldInstance):
            return await super().remove_field(model, field)
        table, column = model._meta.db_table, _column(_column_field(model, field))
        for index in await self._indexes(table, [column]):
            await self._run_sql(self._drop_index_sql(model, index["name"]))
        try:
            await self._run_sql(self.DELETE_FIELD_TEMPLATE.format(table=self.quote(table), column=column))
        except OperationalError as error:
            raise UnsafeMigrationError(
                f"{table}.{column} cannot be removed ({error}): "
                "first remove what uses it, by RemoveIndex, RemoveConstraint or RunSQL"
            ) from error

    async def _alter_field(self, model: Any, old_field: Field[Any], new_field: Field[Any]) -> None:
        for what, stored in _STORED.items():
            if stored(old_field) != stored(new_field):
                raise _refusal(f"{what} of {model._meta.db_table}.{_column(old_field)}")
        column = _column(new_field)
        if _column(old_field) != column:
            table = self.quote(model._meta.db_table)
            await self._run_sql(
                self.RENAME_FIELD_TEMPLATE.format(table=table, old_column=_column(old_field), new_column=column)
            )
        if old_field.index != new_field.index:
            await (self.add_index if new_field.index else self.remove_index)(model, Index(fields=(column,)))
        if old_field.unique != new_field.unique:
            change = self.add_constraint if new_field.unique else self.remove_constraint
            await change(model, UniqueConstraint((column,)))

    async def add_constraint(self, model: Any, constraint: Constraint) -> None:
        if isinstance(constraint, CheckConstraint):
            raise _refusal(f"the constraint {constraint.name} of {model._meta.db_table}")
        columns = self._resolve_fields_to_columns(model, constraint.fields)
        name = self._constraint_name_for_model(model, UniqueConstraint(tuple(columns), constraint.name))
        table, listed = self.quote(model._meta.db_table), ", ".join(self.quote(column) for column in columns)
        condition = f" WHERE {constraint.condition}" if constraint.condition else ""
        await self._run_sql(f"CREATE UNIQUE INDEX {self.quote(name)} ON {table} ({listed}){condition}")

    async def remove_constraint(self, model: Any, constraint: Constraint) -> None:
        table, name = model._meta.db_table, constraint.name
        if isinstance(constraint, UniqueConstraint) and not name:
            columns = self._resolve_fields_to_columns(model, constraint.fields)
            found = [each["name"] for each in await self._indexes(table, columns) if each["unique"] > each["partial"]]
            name = found[0] if found else None
        if isinstance(constraint, CheckConstraint) or not name:
            raise _refusal(f"the constraint {constraint} of {table}")
        await self._run_sql(self._drop_index_sql(model, name))

    async def rename_constraint(self, model: Any, old_constraint: Constraint, new_constraint: Constraint) -> None:
        raise _refusal(f"the name of {model._meta.db_table}'s {old_constraint.name} (to {new_constraint.name})")

    async def _indexes(self, table: str, columns: list[str]) -> list[dict[str, Any]]:
        """The indexes over exactly these columns, without those that belong to a clause of the table."""
        return await self.client.execute_query_dict(
            "SELECT name, [unique], partial FROM pragma_index_list(?) AS found WHERE origin = 'c'"
            " AND ? = (SELECT group_concat(coalesce(name, '()')) FROM pragma_index_info(found.name))",
            [table, ",".join(columns)],
        )

    async def _run_sql(self, sql: str) -> None:
        for statement in _statements(sql):
            if statement.strip(" \t\r\n;"):
                await self.client.execute_query(statement)


_STORED: dict[str, Callable[[Field[Any]], object]] = {
    "the type": lambda field: _affinity(field.get_for_dialect("sqlite", "SQL_TYPE")),
    "the nullability": lambda field: field.null,
    "the primary key": lambda field: field.pk,
    "the database's default": lambda field: field.has_db_default() and field.db_default,
}


def _affinity(sql_type: str) -> str:
    """What SQLite makes of a type, so far as models differ in it: https://www.sqlite.org/datatype3.html."""
    if "INT" in sql_type:
        return "INTEGER"
    return "TEXT" if "CHAR" in sql_type or "TEXT" in sql_type else sql_type.partition("(")[0]


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a semicolon in a literal, a comment or a trigger's body ends none."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement


def _refusal(what: str) -> UnsafeMigrationError:
    return UnsafeMigrationError(
        f"{what} cannot be changed: add a new column (constraint, table), copy the values by RunSQL or RunPython, "
        "remove the old one, and rename the new one"
    )


def _is_unique(field: Field[Any]) -> bool:
    return field.unique and not field.pk


def _target(field: Field[Any]) -> object:
    """What a foreign key points to, and how; None for another field."""
    if not isinstance(field, ForeignKeyFieldInstance):
        return None
    return field.model_name, field.to_field, field.on_delete, field.db_constraint


def _column_field(model: Any, field: Field[Any]) -> Field[Any]:
    """The field with the column: of a foreign key `team`, the field `team_id`."""
    return model._meta.fields_map[field.source_field] if isinstance(field, ForeignKeyFieldInstance) else field


def _column(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name

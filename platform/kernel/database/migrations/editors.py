"""Tortoise's migration editors, made safe for tables that hold data.

What the stock ones (1.1.9) lose without a word, and these keep:

- both: the index of a column that is added with `db_index=True`, and the `constraints` of a new table's Meta;
- SQLite, where AlterField and RemoveField copy the table into a new one: its indexes, triggers, unique constraints
  over several columns or on a one-to-one key, its AUTOINCREMENT counter, and columns that no migration knows;
- SQLite: the uniqueness of a constraint that is renamed. A unique constraint may have a condition there, too.
"""

import sqlite3
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any, cast

from tortoise.fields.base import Field
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.models import Model

from kernel.errors.operator import OperatorError

Constraint = UniqueConstraint | CheckConstraint


class MigrationError(OperatorError):
    """Migrations cannot be read, planned or applied. The text is for the operator."""


class UnsafeMigrationError(MigrationError):
    """A migration that would lose or invent data. The text says what to do instead."""


class _WholeEditor(BaseSchemaEditor):
    async def create_model(self, model: type[Model]) -> None:
        await super().create_model(model)
        for constraint in model._meta.constraints:
            await self.add_constraint(model, constraint)

    async def add_field(self, model: type[Model], field_name: str) -> None:
        await super().add_field(model, field_name)
        field = _column_field(model, model._meta.fields_map[field_name])
        if field.index and not field.pk:
            await self.add_index(model, Index(fields=(_column(field),)))


class PostgresEditor(_WholeEditor, AsyncpgSchemaEditor):
    """The stock editor, with nothing left out."""


@dataclass(frozen=True, slots=True)
class _TableIndex:
    name: str
    columns: tuple[str | None, ...]  # None stands for an expression
    unique: bool
    partial: bool
    sql: str | None  # None for one that belongs to a UNIQUE or PRIMARY KEY clause of the table
    primary_key: bool

    @property
    def enforces(self) -> tuple[str | None, ...] | None:
        """The columns whose combination it keeps unique over the whole table."""
        return self.columns if self.unique and not self.partial else None


class SqliteEditor(_WholeEditor, SqliteSchemaEditor):
    """The stock editor; a table that it copies keeps what hangs on it.

    Foreign keys must be off on the connection, else dropping the old table empties the tables that point to it.
    """

    async def _run_sql(self, sql: str) -> None:
        if not self.atomic_migration:
            return await super()._run_sql(sql)
        for statement in _statements(sql):
            await self.client.execute_query(statement)
        return None

    async def _remake_table(
        self,
        model: Any,
        create_field: Field[Any] | None = None,
        delete_field: Field[Any] | None = None,
        alter_fields: list[tuple[Field[Any], Field[Any]]] | None = None,
    ) -> None:
        table = model._meta.db_table
        removed = _column(_column_field(model, delete_field)) if delete_field else None
        alter_fields = [await self._renamed_first(table, old, new) for old, new in alter_fields or ()]

        indexes = await self._indexes(table)
        triggers = await self._sql_of(table, "trigger")
        counter = (
            await self._query("SELECT seq FROM sqlite_sequence WHERE name = ?", table) if await self._counts() else []
        )
        doomed = await self._objects_naming(table, removed) if removed else set()
        if removed and doomed & triggers.keys():
            names = ", ".join(sorted(doomed & triggers.keys()))
            raise UnsafeMigrationError(
                f"column {table}.{removed} is used by trigger {names}: drop the trigger first, by RunSQL"
            )

        if delete_field:
            model = _without_field(model, delete_field)
        await self._refuse_unknown_columns(model, removed)
        await super()._remake_table(model, create_field=create_field, alter_fields=alter_fields)

        for (seq,) in counter:
            await self.client.execute_query("DELETE FROM sqlite_sequence WHERE name = ?", [table])
            await self.client.execute_query("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, seq])
        dropped = {name for old, new in alter_fields for name in self._indexes_dropped(model, indexes, old, new)}
        if removed:
            dropped |= {index.name for index in indexes if removed in index.columns}
        await self._restore_indexes(model, [index for index in indexes if index.name not in doomed | dropped])
        for sql in triggers.values():
            await self.client.execute_query(sql)
        for old, new in alter_fields:
            if new.index and not old.index and not new.pk:
                await self.add_index(model, Index(fields=(_column(new),)))

    async def add_constraint(self, model: Any, constraint: Constraint) -> None:
        if isinstance(constraint, CheckConstraint) or not constraint.condition:
            return await super().add_constraint(model, constraint)
        columns = self._resolve_fields_to_columns(model, constraint.fields)
        name = self._constraint_name_for_model(model, replace(constraint, fields=tuple(columns)))
        return await self._run_sql(
            f"CREATE UNIQUE INDEX {self.quote(name)} ON {self.quote(model._meta.db_table)} "
            f"({', '.join(self.quote(column) for column in columns)}) WHERE {constraint.condition}"
        )

    async def remove_constraint(self, model: Any, constraint: Constraint) -> None:
        if isinstance(constraint, CheckConstraint):
            kept = [other for other in model._meta.constraints if other != constraint]
            return await self._remake_table(_variant(model, constraints=kept))
        columns = tuple(self._resolve_fields_to_columns(model, constraint.fields))
        name = self._constraint_name_for_model(model, replace(constraint, fields=columns))
        if all(index.name != name for index in await self._indexes(model._meta.db_table)):
            await self._remake_table(model)  # turns a UNIQUE clause of the table into an index, which can be dropped
        return await self._run_sql(self._drop_index_sql(model, name))

    async def rename_constraint(self, model: Any, old_constraint: Constraint, new_constraint: Constraint) -> None:
        if isinstance(old_constraint, CheckConstraint):
            await self.remove_constraint(model, old_constraint)
            return await self.add_constraint(model, new_constraint)
        # undoing a rename, the operation names the constraint but does not know its columns
        old, new = str(old_constraint.name), str(new_constraint.name)
        for index in await self._indexes(model._meta.db_table):
            if index.name == old and index.sql:
                await self._run_sql(self._drop_index_sql(model, old))
                return await self._run_sql(index.sql.replace(old, new, 1))
        raise UnsafeMigrationError(f"table {model._meta.db_table} has no unique index {old} to rename")

    @staticmethod
    def _default_to_sql_literal(value: Any) -> str:
        """What rows get whose NULL becomes forbidden."""
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        if not isinstance(value, int | float | Decimal):
            raise UnsafeMigrationError(
                f"a column cannot become NOT NULL with {value!r} as its default: fill the rows first, by RunSQL"
            )
        return SqliteSchemaEditor._default_to_sql_literal(value)

    async def _renamed_first(self, table: str, old: Field[Any], new: Field[Any]) -> tuple[Field[Any], Field[Any]]:
        """Let SQLite rename the column, which rewrites indexes, triggers and foreign keys; the copy then keeps names."""
        if _column(old) != _column(new):
            await self._rename_column(table, _column(old), _column(new))
            old = copy(old)
            old.source_field = _column(new)
        return old, new

    async def _restore_indexes(self, model: Any, indexes: list[_TableIndex]) -> None:
        enforced = {index.enforces for index in await self._indexes(model._meta.db_table)}
        for index in indexes:
            if index.primary_key or (index.enforces and index.enforces in enforced):
                continue
            if index.sql:
                await self.client.execute_query(index.sql)
            else:
                await self.add_constraint(model, UniqueConstraint(fields=cast(tuple[str, ...], index.columns)))

    def _indexes_dropped(
        self, model: Any, indexes: list[_TableIndex], old: Field[Any], new: Field[Any]
    ) -> Iterator[str]:
        if old.unique and not new.unique:
            yield from (index.name for index in indexes if index.enforces == (_column(new),))
        if old.index and not new.index:
            yield self._generate_index_name("idx", model, [_column(new)])

    async def _refuse_unknown_columns(self, model: Any, removed: str | None) -> None:
        table = model._meta.db_table
        present = {row["name"] for row in await self._query(f'PRAGMA table_xinfo("{table}")')}
        unknown = present - set(model._meta.fields_db_projection.values()) - {removed}
        if unknown:
            raise UnsafeMigrationError(
                f"table {table} has columns that no migration declares ({', '.join(sorted(unknown))}); "
                "copying it would lose them"
            )

    async def _objects_naming(self, table: str, column: str) -> set[str]:
        """Indexes and triggers whose SQL names the column: those that SQLite rewrites when the column is renamed."""
        kinds = ("index", "trigger")
        before = {name: sql for kind in kinds for name, sql in (await self._sql_of(table, kind)).items()}
        await self._rename_column(table, column, f"{column}__removed")
        after = {name: sql for kind in kinds for name, sql in (await self._sql_of(table, kind)).items()}
        await self._rename_column(table, f"{column}__removed", column)
        return {name for name, sql in before.items() if after[name] != sql}

    async def _rename_column(self, table: str, old: str, new: str) -> None:
        await self.client.execute_query(
            self.RENAME_FIELD_TEMPLATE.format(table=self.quote(table), old_column=old, new_column=new)
        )

    async def _indexes(self, table: str) -> list[_TableIndex]:
        sql = await self._sql_of(table, "index")
        found = []
        for row in await self._query(f'PRAGMA index_list("{table}")'):
            columns = tuple(column["name"] for column in await self._query(f'PRAGMA index_info("{row["name"]}")'))
            unique, partial = bool(row["unique"]), bool(row["partial"])
            found.append(
                _TableIndex(row["name"], columns, unique, partial, sql.get(row["name"]), row["origin"] == "pk")
            )
        return found

    async def _sql_of(self, table: str, kind: str) -> dict[str, str]:
        rows = await self._query(
            "SELECT name, sql FROM sqlite_master WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL", kind, table
        )
        return {row["name"]: row["sql"] for row in rows}

    async def _counts(self) -> bool:
        return bool(await self._query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"))

    async def _query(self, sql: str, *values: Any) -> list[Any]:
        return list((await self.client.execute_query(sql, list(values)))[1])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a semicolon in a literal, a comment or a trigger's body ends none."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \t\r\n;"):
                yield statement.strip()
            statement = ""
    if statement.strip(" \t\r\n;"):
        yield statement.strip()


def _column_field(model: Any, field: Field[Any]) -> Field[Any]:
    """The field with the column: of a foreign key `team`, the field `team_id`."""
    return model._meta.fields_map[field.source_field] if isinstance(field, ForeignKeyFieldInstance) else field


def _column(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name


def _variant(model: Any, **meta: Any) -> Any:
    """A stand-in for the model, for the editor to read, with other metadata."""
    changed = copy(model._meta)
    for name, value in meta.items():
        setattr(changed, name, value)
    return SimpleNamespace(_meta=changed)


def _without_field(model: Any, field: Field[Any]) -> Any:
    gone = {field.model_field_name, _column_field(model, field).model_field_name}
    meta = model._meta
    return _variant(
        model,
        fields_map={name: kept for name, kept in meta.fields_map.items() if name not in gone},
        fields_db_projection={name: column for name, column in meta.fields_db_projection.items() if name not in gone},
    )

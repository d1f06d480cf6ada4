"""From rows to records: a record class says where each of its fields comes from, and only those columns are read.

    class EmployeeRecord(AuditedRecord):
        name: str                                                            # the column of that name
        department_name: Annotated[str | None, Source("department__name")]   # a column of a row that it points to
        tag_names: Annotated[list[str], SourceList("tags", "name")]                # a column of all rows of a relation

A page costs two statements, and one more for each relation of which it shows many, whatever its size. A row that was
deleted softly is not shown through a relation either (see `kernel.models.joins`): its column is None, its entry absent.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel
from tortoise.queryset import QuerySet

from kernel.errors.refusals import NotFound
from kernel.models.base import Model
from kernel.models.soft_delete import SoftDelete

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Source:
    """The field's column, where it is not the one of the field's name: `"department__name"`."""

    path: str


@dataclass(frozen=True, slots=True)
class SourceList:
    """The field lists one column of all rows of a relation, in the order of their ids."""

    relation: str
    column: str


async def fetch_one(rows: QuerySet[M], record: type[R]) -> R:
    """The one record of `rows`. Raises NotFound (1101) if there is none."""
    found = await fetch_all(rows.limit(1), record)
    if not found:
        raise NotFound.of(rows.model)
    return found[0]


async def fetch_all(rows: QuerySet[M], record: type[R]) -> list[R]:
    """All records of `rows`, in their order."""
    projection = projection_of(record)
    found: list[dict[str, Any]] = await rows.values(**{"id": "id", **projection.columns})
    for relation, columns in projection.many.items():
        await _add_many(rows.model, found, relation, columns)
    return [record.model_validate(row) for row in found]


@dataclass(frozen=True, slots=True)
class Projection:
    """Which columns a record reads: its own by field, and by relation those of the rows it lists."""

    columns: dict[str, str]
    many: dict[str, dict[str, str]]


@cache
def projection_of(record: type[BaseModel]) -> Projection:
    columns: dict[str, str] = {}
    many: dict[str, dict[str, str]] = defaultdict(dict)
    for name, field in record.model_fields.items():
        source = next((each for each in field.metadata if isinstance(each, Source | SourceList)), Source(name))
        if isinstance(source, SourceList):
            many[source.relation][name] = source.column
        else:
            columns[name] = source.path
    return Projection(columns, dict(many))


async def _add_many(model: type[Model], found: list[dict[str, Any]], relation: str, columns: dict[str, str]) -> None:
    """Give every row its lists, with one statement for all of them."""
    for row in found:
        row.update({name: [] for name in columns})
    if not found:
        return
    by_id = {row["id"]: row for row in found}
    every = model.with_deleted() if issubclass(model, SoftDelete) else model.filter()  # whichever rows were found
    rows = every.filter(**{"id__in": list(by_id), f"{relation}__id__isnull": False}).order_by("id", f"{relation}__id")
    for each in await rows.values("id", **{name: f"{relation}__{column}" for name, column in columns.items()}):
        for name in columns:
            by_id[each["id"]][name].append(each[name])

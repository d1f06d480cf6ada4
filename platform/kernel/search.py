"""From a query to records: the reading half of every slice that shows rows.

A record class says where each of its fields comes from, and only its columns are read:

    class EmployeeRecord(AuditedRecord):
        name: str                                                            # the column of that name
        department_name: Annotated[str | None, Column("department__name")]   # a column of a row that it points to
        tag_names: Annotated[list[str], Many("tags", "name")]                # a column of all rows of a relation

A page costs two statements, and one more for each relation of which it shows many, whatever its size. A row that was
deleted softly is not shown through a relation either (see `kernel.models`): its column is None, its entry absent.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel
from tortoise.queryset import QuerySet

from kernel.envelope import Page
from kernel.models import Model
from kernel.page import PageQuery
from kernel.refusal import InvalidInput, NotFound
from kernel.schema import wire_name

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Column:
    """The field's column, where it is not the one of the field's name: `"department__name"`."""

    path: str


@dataclass(frozen=True, slots=True)
class Many:
    """The field lists one column of all rows of a relation, in the order of their ids."""

    relation: str
    column: str


async def search(rows: QuerySet[M], query: PageQuery, record: type[R]) -> Page[R]:
    """The page of `rows` that the query asks for. Raises Refusal 1200 for an `orderBy` that the record does not have."""
    order = _order(query, record)
    matching = rows.filter(**query.filters())
    total = await matching.count()
    page = matching.order_by(*order).offset(query.offset).limit(query.size)
    records = await fetch_all(page, record) if total > query.offset else []
    # `records` hold what the database gave and were validated one by one; the page around them needs no second look.
    return Page[record].model_construct(records=records, total=total, current=query.current, size=query.size)


async def fetch(rows: QuerySet[M], record: type[R]) -> R:
    """The one record of `rows`. Raises NotFound (1101) if there is none."""
    found = await fetch_all(rows.limit(1), record)
    if not found:
        raise NotFound.of(rows.model)
    return found[0]


async def fetch_all(rows: QuerySet[M], record: type[R]) -> list[R]:
    """All records of `rows`, in their order."""
    projection = _projection(record)
    found: list[dict[str, Any]] = await rows.values(**{"id": "id", **projection.columns})
    for relation, columns in projection.many.items():
        await _add_many(rows.model, found, relation, columns)
    return [record.model_validate(row) for row in found]


@dataclass(frozen=True, slots=True)
class _Projection:
    """Which columns a record reads: its own by field, and by relation those of the rows it lists."""

    columns: dict[str, str]
    many: dict[str, dict[str, str]]


@cache
def _projection(record: type[BaseModel]) -> _Projection:
    columns: dict[str, str] = {}
    many: dict[str, dict[str, str]] = defaultdict(dict)
    for name, field in record.model_fields.items():
        source = next((each for each in field.metadata if isinstance(each, Column | Many)), Column(name))
        if isinstance(source, Many):
            many[source.relation][name] = source.column
        else:
            columns[name] = source.path
    return _Projection(columns, dict(many))


async def _add_many(model: type[Model], found: list[dict[str, Any]], relation: str, columns: dict[str, str]) -> None:
    """Give every row its lists, with one statement for all of them."""
    for row in found:
        row.update({name: [] for name in columns})
    if not found:
        return
    by_id = {row["id"]: row for row in found}
    rows = model.filter(**{"id__in": list(by_id), f"{relation}__id__isnull": False}).order_by("id", f"{relation}__id")
    for each in await rows.values("id", **{name: f"{relation}__{column}" for name, column in columns.items()}):
        for name in columns:
            by_id[each["id"]][name].append(each[name])


def _order(query: PageQuery, record: type[BaseModel]) -> list[str]:
    sortable = _sortable(record)
    order: list[str] = []
    for wanted in query.order_by or []:
        name = wanted.removeprefix("-")
        if name not in sortable:
            allowed = ", ".join(sorted({wire_name(each) for each in sortable}))
            raise InvalidInput("orderBy", f"cannot order by {name!r}; allowed, each with or without '-': {allowed}")
        order.append(("-" if wanted.startswith("-") else "") + sortable[name])
    return [*order, "id"]  # a page is stable only if the order is total


@cache
def _sortable(record: type[BaseModel]) -> dict[str, str]:
    """What `orderBy` may name, on the wire and in Python's spelling, to the column that the query orders by."""
    columns = _projection(record).columns
    return columns | {wire_name(name): column for name, column in columns.items()}

"""One page of a search: the records that match, in the order that the client asked for, and how many there are."""

from functools import cache
from typing import Generic, TypeVar

from pydantic import BaseModel
from tortoise.queryset import QuerySet

from kernel.errors.refusals import InvalidInput
from kernel.models.base import Model
from kernel.schema.base import Schema, wire_name
from kernel.search.projection import fetch_all, projection_of
from kernel.search.request import SearchRequest

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")


class Page(Schema, Generic[T]):
    """One page of a search: `current` counts from 1, `total` is the number of all matching records."""

    records: list[T]
    total: int
    current: int
    size: int


async def paginate(rows: QuerySet[M], query: SearchRequest, record: type[R]) -> Page[R]:
    """The page of `rows` that the query asks for. Raises Refusal 1200 for an `orderBy` that the record does not have."""
    order = _order(query, record)
    matching = rows.filter(**query.filters())
    total = await matching.count()
    page = matching.order_by(*order).offset(query.offset).limit(query.size)
    records = await fetch_all(page, record) if total > query.offset else []
    # `records` hold what the database gave and were validated one by one; the page around them needs no second look.
    return Page[record].model_construct(records=records, total=total, current=query.current, size=query.size)


def _order(query: SearchRequest, record: type[BaseModel]) -> list[str]:
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
    columns = projection_of(record).columns
    return columns | {wire_name(name): column for name, column in columns.items()}

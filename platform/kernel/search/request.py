"""The body of a search: page, order, and filters that are declared on its fields.

    class SearchEmployeesRequest(AuditedSearchRequest):
        name: Contains = None                    # name=... anywhere in the column, any case, % and _ literal
        phone: ContainsPhone = None              # "+86 138-1111" finds +861381111
        status: Exact[EmployeeStatus] = None
        department_id: Exact[SqidId[Department]] = None

Absent, null and "" filters do not filter.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from kernel.ids import Integer
from kernel.schema.base import Request
from kernel.schema.types import Millis, bare_phone

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """How a field of a search compares: a Tortoise lookup, and the column where it is not the field's own name."""

    lookup: str = ""
    column: str | None = None

    def key(self, field: str) -> str:
        column = self.column or field
        return f"{column}__{self.lookup}" if self.lookup else column


_Needle = Annotated[str, StringConstraints(max_length=200)]

Contains = Annotated[_Needle | None, Filter("icontains")]
ContainsPhone = Annotated[
    _Needle | None, AfterValidator(lambda part: bare_phone(part or "") or None), Filter("icontains")
]
StartsWith = Annotated[_Needle | None, Filter("istartswith")]
Exact = Annotated[T | None, Filter()]
OneOf = Annotated[list[T] | None, Filter("in"), Field(max_length=1000)]
AtLeast = Annotated[T | None, Filter("gte")]
AtMost = Annotated[T | None, Filter("lte")]


class SearchRequest(Request):
    """`current` counts from 1; `size` is 1 to 1000; `orderBy` names fields of the record, "-" first for descending."""

    current: Integer = Field(default=1, ge=1, le=1_000_000)
    size: Integer = Field(default=10, ge=1, le=1000)
    order_by: list[Annotated[str, StringConstraints(max_length=64)]] | None = Field(default=None, max_length=8)

    @property
    def offset(self) -> int:
        return (self.current - 1) * self.size

    def filters(self) -> dict[str, Any]:
        """The filters that were sent, as keyword arguments of a queryset's `filter`."""
        return {
            rule.key(name): value
            for name, field in type(self).model_fields.items()
            for rule in field.metadata
            if isinstance(rule, Filter) and (value := getattr(self, name)) is not None
        }


class AuditedSearchRequest(SearchRequest):
    """The search of an audited table: `createdAtStart` and `createdAtEnd` filter too, both inclusive."""

    created_at_start: Annotated[Millis | None, Filter("gte", "created_at")] = None
    created_at_end: Annotated[Millis | None, Filter("lte", "created_at")] = None

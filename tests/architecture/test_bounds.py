"""A number or a text that a client sends has bounds: what no column holds and no filter compares would end in an error of the database."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic.fields import FieldInfo

from kernel import Amount, Contains, Exact, Filter, Int32, Request, ShortText, SqidId
from kernel.slices.discovery import discover

INSTEAD = {
    int: "Int16, Int32, Int64 or Field(ge=..., le=...)",
    Decimal: "Amount or Field(max_digits=...)",
    str: "ShortText, LongText, Contains or Field(max_length=...)",
}
BOUNDS = {int: ("le",), Decimal: ("max_digits",), str: ("max_length", "pattern")}


def unbounded(requests: Iterable[type[Request]]) -> list[str]:
    """The fields that take an integer, a Decimal or a text of any size."""
    return [
        f"{request.__module__}: {request.__name__}.{name} takes any {kind.__name__}; write {INSTEAD[kind]}"
        for request in requests
        for name, field in request.model_fields.items()
        for kind in _unbounded(field.annotation, field.metadata)
    ]


def _unbounded(annotation: Any, metadata: list[Any]) -> Iterator[type]:
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = metadata + more
    rules = [rule for each in metadata for rule in (each.metadata if isinstance(each, FieldInfo) else [each])]
    if annotation in BOUNDS:
        told = [getattr(rule, bound, None) for rule in rules for bound in BOUNDS[annotation]]
        if told.count(None) == len(told) and not any(isinstance(rule, BeforeValidator) for rule in rules):
            yield annotation
    for inner in get_args(annotation):
        yield from _unbounded(inner, [] if get_origin(annotation) is list else metadata)  # a list's bound is its own


def _requests(kind: type[Request]) -> Iterator[type[Request]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _requests(child)


def test_what_requests_take_has_bounds() -> None:
    discover()  # imports them
    ours = [each for each in _requests(Request) if each.__module__.startswith(("features.", "kernel."))]
    assert len(ours) > 10
    assert unbounded(ours) == []


def test_what_has_no_bounds_is_caught() -> None:
    class Planted(Request):
        anything: int
        some: list[int | None]
        price: Exact[Decimal] = None
        small: Int32
        key: SqidId
        keys: list[SqidId]
        money: Exact[Amount] = None
        rate: Annotated[Decimal, Field(max_digits=4)] | None = None
        page: int = Field(ge=1, le=9)
        text: str
        words: Annotated[list[str] | None, Field(max_length=9)] = None
        needle: Annotated[str | None, Filter("icontains", "title")] = None
        title: ShortText
        code: Annotated[str, StringConstraints(pattern="^[a-z]{1,9}$")]
        found: Contains = None

    assert [line.partition(": ")[2].partition(" ")[0] for line in unbounded([Planted])] == [
        "Planted.anything",
        "Planted.some",
        "Planted.price",
        "Planted.text",
        "Planted.words",
        "Planted.needle",
    ]

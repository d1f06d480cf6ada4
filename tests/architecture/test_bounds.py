"""A number that a client sends has bounds: one that no column can hold would end in an error of the database."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin

from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo

from kernel import Amount, Exact, Int32, Request, SqidId
from kernel.slices.discovery import discover


def unbounded(requests: Iterable[type[Request]]) -> list[str]:
    """The fields that take an integer or a Decimal of any size."""
    return [
        f"{request.__module__}: {request.__name__}.{name} takes any {kind.__name__}; write "
        + ("Int16, Int32, Int64 or Field(ge=..., le=...)" if kind is int else "Amount or Field(max_digits=...)")
        for request in requests
        for name, field in request.model_fields.items()
        for kind in _unbounded(field.annotation, field.metadata)
    ]


def _unbounded(annotation: Any, metadata: list[Any]) -> Iterator[type]:
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = metadata + more
    rules = [rule for each in metadata for rule in (each.metadata if isinstance(each, FieldInfo) else [each])]
    if annotation in (int, Decimal):
        bound = "le" if annotation is int else "max_digits"
        if not any(getattr(rule, bound, None) is not None or isinstance(rule, BeforeValidator) for rule in rules):
            yield annotation
    for inner in get_args(annotation):
        yield from _unbounded(inner, metadata)


def _requests(kind: type[Request]) -> Iterator[type[Request]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _requests(child)


def test_numbers_of_requests_have_bounds() -> None:
    discover()  # imports them
    ours = [each for each in _requests(Request) if each.__module__.startswith(("features.", "kernel."))]
    assert len(ours) > 10
    assert unbounded(ours) == []


def test_a_number_without_bounds_is_caught() -> None:
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

    assert [line.partition(": ")[2].partition(" ")[0] for line in unbounded([Planted])] == [
        "Planted.anything",
        "Planted.some",
        "Planted.price",
    ]

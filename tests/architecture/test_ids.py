"""A key leaves and enters as an id that says its kind, never as a bare integer."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from kernel import Page, PublicId, Schema, SqidId
from kernel.identity.models import User
from kernel.ids import kinds_in
from tests.callers import every_slice


def bare_keys(annotations: dict[str, Any], seen: set[Any] | None = None) -> Iterator[str]:
    """Whatever is called an id and is an integer, in signatures and in the models that they name."""
    seen = set() if seen is None else seen
    for name, annotation in annotations.items():
        parts = [annotation]
        for part in parts:  # grows while it runs
            parts += get_args(part)
        if name.rpartition("_")[2] in ("id", "ids") and int in parts and not kinds_in(annotation):
            yield name
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
                seen.add(part)
                fields = {each: field.annotation for each, field in part.model_fields.items()}
                yield from (f"{part.__name__}.{each}" for each in bare_keys(fields, seen))


@pytest.mark.parametrize("route", every_slice(), ids=lambda route: route.name)
def test_no_slice_takes_or_gives_a_bare_key(route: Any) -> None:
    assert list(bare_keys(get_type_hints(route.endpoint, include_extras=True))) == []


class Row(Schema):
    id: PublicId[User]
    user_id: int | None
    tag_ids: list[int]
    paid: int
    session_id: str


def test_a_bare_key_is_found() -> None:
    signature = {"user_id": SqidId[User], "row_id": int, "return": Page[Row]}
    assert list(bare_keys(signature)) == ["row_id", "Page[Row].Row.user_id", "Page[Row].Row.tag_ids"]

"""What no well-behaved client sends. Whatever comes, the answer is an envelope that tells nothing of the inside."""

import re
from collections.abc import Iterator
from functools import cache

import httpx
from fastapi.params import Form
from pydantic import BaseModel

from kernel.models.base import Model
from kernel.slices.route import SliceRoute
from tests.callers import every_slice, id_kinds

# What only someone on the inside can know: tables, files, libraries, statements, tracebacks, addresses; and see below.
_INSIDE = re.compile(
    r"\b(?:sys|hr)_[a-z]+|\.py\b|Traceback|tortoise|pydantic|sqlite|asyncpg|redis|SELECT|INSERT|UPDATE |0x[0-9a-f]{4}"
)
_WORD = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+")  # such as the name of a class: SearchUsersRequest


def verdict(answer: httpx.Response) -> tuple[int, str]:
    """Status and code. Raises AssertionError unless the answer is an envelope with a request id that keeps our secrets."""
    assert answer.headers.get("content-type") == "application/json", f"not JSON: {answer.text[:200]!r}"
    assert answer.headers.get("x-request-id"), "no X-Request-ID"
    body = answer.json()
    assert set(body) == {"code", "msg", "data"}, f"no envelope: {answer.text[:200]!r}"
    assert body["msg"], "no message"
    assert isinstance(body["msg"], str), "the message is no text"
    if body["code"] != "0000":
        told = _INSIDE.findall(answer.text) + sorted(set(_WORD.findall(answer.text)) & _class_names())
        assert not told, f"{told} is of the inside: {answer.text!r}"
    return answer.status_code, body["code"]


@cache
def _class_names() -> set[str]:
    """Those of all schemas, tables and exceptions that there are."""
    kinds: list[type] = [BaseModel, Model, Exception]
    for kind in kinds:  # grows while it runs
        kinds += type.__subclasses__(kind)
    return {kind.__name__ for kind in kinds}


def slices_with_a_body() -> Iterator[SliceRoute]:
    """All that read JSON."""
    for route in every_slice():
        if route.body_field is not None and not isinstance(route.body_field.field_info, Form):
            yield route


def url_of(route: SliceRoute, row_id: int = 1) -> str:
    """The slice's URL, with the id of some row wherever it asks for one, and some word where it asks for a name."""
    words = dict.fromkeys(route.param_convertors, "word")
    return route.path_format.format(**words | {name: kind.encode(row_id) for name, kind in id_kinds(route).items()})

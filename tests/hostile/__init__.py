"""What no well-behaved client sends. Whatever comes, the answer is an envelope that tells nothing of the inside."""

import re
from collections.abc import Iterator

import httpx
from fastapi.params import Form
from kernel.ids import encode
from kernel.modules import discover
from kernel.slices import SliceRoute

# What only someone on the inside can know: tables, classes, files, libraries, statements, tracebacks, addresses.
_INSIDE = re.compile(
    r"\b(?:sys|hr)_[a-z]+|\b[A-Z][a-z]+[A-Z]\w*|\.py\b|Traceback|Exception|tortoise|pydantic|sqlite|asyncpg|redis"
    r"|SELECT|INSERT|UPDATE |0x[0-9a-f]{4}"
)
_GIVEN_BACK = re.compile(r"'[^']*'")  # the client's own words, in quotes


def verdict(answer: httpx.Response) -> tuple[int, str]:
    """Status and code. Raises AssertionError unless the answer is an envelope with a request id that keeps our secrets."""
    assert answer.headers.get("content-type") == "application/json", f"not JSON: {answer.text[:200]!r}"
    assert answer.headers.get("x-request-id"), "no X-Request-ID"
    body = answer.json()
    assert set(body) == {"code", "msg", "data"}, f"no envelope: {answer.text[:200]!r}"
    assert isinstance(body["msg"], str), "a message is a sentence"
    assert body["msg"], "a message is a sentence"
    if body["code"] != "0000":
        told = _INSIDE.search(_GIVEN_BACK.sub("", f"{body['msg']} {body['data']}"))
        assert told is None, f"{told} of the inside is told in {answer.text!r}"
    return answer.status_code, body["code"]


def every_slice() -> list[SliceRoute]:
    """All that the app answers to."""
    return [route for feature in discover() for route in feature.slices]


def slices_with_a_body() -> Iterator[SliceRoute]:
    """All that read JSON."""
    for route in every_slice():
        if route.body_field is not None and not isinstance(route.body_field.field_info, Form):
            yield route


def method_of(route: SliceRoute) -> str:
    (method,) = route.methods
    return method


def url_of(route: SliceRoute) -> str:
    """The slice's URL, with the id of some row wherever it asks for one."""
    return re.sub(r"\{\w+\}", encode(1), route.path_format)

"""Texts that nobody sees, that break lines, or that steer a terminal: no use case stores them."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import ValidationError

from features.hr.models import Department
from kernel.schema.base import Request
from kernel.search.request import SearchRequest
from tests.callers import every_slice
from tests.conftest import SignedIn
from tests.state import unchanged

UNSEEN = [
    "\u200b",
    "An\u200bn",
    "Ann\u2060\ufeff",
    "\u3164",
    "A\u2800n",
    "A\U000e0041",
    "A\u00adn",
    "An\u200d",
    "A\ufe0f",
]
STEERING = ["a\x1b[31mb", "a\x9bb", "a\x07b", "a\u202eb"]
LINES = ["a\nb", "a\r\nb", "a\u2028b"]

# What is compared and never stored; passwords may hold anything.
NOT_STORED = {"auth.login.user_name", "auth.refresh_token.refresh_token"}


def texts() -> Iterator[Any]:
    """Every field of every request that stores a text."""
    for route in every_slice():
        body = route.body_field and route.body_field.field_info.annotation
        if not isinstance(body, type) or not issubclass(body, Request) or issubclass(body, SearchRequest):
            continue
        for name, field in body.model_fields.items():
            place = f"{route.name}.{name}"
            if _is_text(field.annotation) and "password" not in name and place not in NOT_STORED:
                yield pytest.param(body, name, id=place)


def _is_text(annotation: Any) -> bool:
    return annotation is str or (get_origin(annotation) is not list and any(map(_is_text, get_args(annotation))))


@pytest.mark.parametrize(("body", "name"), list(texts()))
def test_no_field_takes_them(body: type[Request], name: str) -> None:
    """Of all but remarks, which may have lines."""
    for text in STEERING + ([] if name in ("description", "remark", "role_desc") else UNSEEN + LINES):
        with pytest.raises(ValidationError) as refused:
            body.model_validate({name: text})
        assert name in [error["loc"][0] for error in refused.value.errors()], ascii(text)


async def test_the_caller_is_told_which_character(signed_in: SignedIn) -> None:
    hanmei, sales = await signed_in("R_HR_MANAGER"), await Department.get(code="SA")
    async with unchanged():
        answer = await hanmei.call(
            "hr.employees.onboard", user_name="nora", name="Nora\x1b[31m", position="\u200b", department_id=sales.id
        )
    assert (answer.code, answer.wrong_fields) == ("1200", ["name", "position"])
    assert [error["message"] for error in answer.errors] == [
        "this must not contain U+001B (a control character)",
        "this must not contain U+200B (ZERO WIDTH SPACE)",
    ]

"""Every column of every table, sent to every use case that writes: only the declared fields change anything.

What happens with them must be, to the row, what happens without them. A new use case is asked without a line here, and
fails by its name until `tests/hostile/requests.py` has a request that it takes.
"""

from typing import Any

import pytest

from kernel.rbac.authorize import Access
from kernel.schema.base import Request, wire_name
from kernel.search.request import SearchRequest
from kernel.slices.route import SliceRoute
from tests import database, state
from tests.callers import Answer, every_slice, slice_named
from tests.conftest import SignedIn
from tests.hostile.requests import add_rows, body_fields, columns, good_request, places

RANDOM = {"password_hash", "family", "event_id", "request_id"}
VALUES: list[Any] = ["2", 1, True]


def writes(route: SliceRoute) -> bool:
    body: Any = route.body_field and route.body_field.field_info.annotation
    is_body = isinstance(body, type) and issubclass(body, Request) and not issubclass(body, SearchRequest)
    return is_body and route.access_rule.access is not Access.PUBLIC


WRITING = [route.name for route in every_slice() if writes(route)]


async def outcome(name: str, signed_in: SignedIn, more: dict[str, Any]) -> tuple[Answer, database.Contents]:
    """What the use case answers, and what all tables hold then. The tables are as they were before, afterwards."""
    await add_rows()
    arguments = await good_request(slice_named(name))
    soybean = await signed_in("Super")  # an account that no request speaks of
    answer = await soybean.call(name, **more | arguments)
    contents = await database.contents("sys_login_log")
    await database.restore()
    await state.forget()
    for rows in contents.values():
        rows[:] = [{key: value for key, value in row.items() if key not in RANDOM} for row in rows]
    return answer, contents


@pytest.mark.parametrize("name", WRITING)
async def test_only_declared_fields_change(name: str, signed_in: SignedIn) -> None:
    route = slice_named(name)
    declared = {each for field in body_fields(route) for each in (field, wire_name(field))} | places(route).keys()
    undeclared = sorted(columns() - declared)
    plain, expected = await outcome(name, signed_in, {})
    assert plain.code == "0000", f"{name}: write a request that it takes in tests/hostile/requests.py: {plain}"
    for value in VALUES:
        answer, found = await outcome(name, signed_in, dict.fromkeys(undeclared, value))
        assert answer.code == "0000", answer
        assert state.differences(expected, found) == []


def test_the_columns_are_known() -> None:
    assert columns() >= {"tokenVersion", "token_version", "passwordHash", "createdBy", "deletedAt", "managerId", "id"}

"""system_manage.dictionaries.search"""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from kernel import Status
from kernel.schema.types import to_millis
from tests.callers import Caller, as_snapshot
from tests.conftest import NOW, Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """What every installation begins with."""
    admin = await signed_in("R_ADMIN")
    query = {"dict_type": "tag_category", "order_by": ["-order"], "size": 2}
    assert as_snapshot(await admin.call("system_manage.dictionaries.search", **query), events) == snapshot


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"dict_type": "TAG_"}, ["skill", "language", "role"]),
        ({"dict_type": "site"}, ["north", "south"]),
        ({"dict_type": "t%y"}, []),
        ({"label": "ARCTIC"}, ["north"]),
        ({"value": "ou"}, ["south"]),
        ({"status": "2"}, ["south"]),
        ({"dict_type": "", "label": None, "status": "1"}, ["skill", "language", "role", "north"]),
    ],
)
async def test_filters(filters: dict[str, Any], expected: list[str], signed_in: SignedIn) -> None:
    await Dictionary.create(dict_type="site", label="Arctic", value="north")
    await Dictionary.create(dict_type="site", label="Warmer", value="south", status=Status.DISABLED)
    assert await values(await signed_in("R_ADMIN"), **filters) == expected


async def test_filter_by_time_of_creation(signed_in: SignedIn) -> None:
    yesterday = NOW - timedelta(days=1)
    await Dictionary.filter(value="language").update(created_at=yesterday)
    moment = to_millis(yesterday)
    times = {"created_at_start": moment, "created_at_end": moment}
    assert await values(await signed_in("R_ADMIN"), **times) == ["language"]


async def test_it_costs_two_statements(signed_in: SignedIn, counting: Counting) -> None:
    admin = await signed_in("R_ADMIN")
    await admin.warm()
    with counting() as cost:
        await admin.call("system_manage.dictionaries.search")
    assert len(cost.statements) == 2


async def values(caller: Caller, **query: object) -> list[str]:
    answer = await caller.call("system_manage.dictionaries.search", **query)
    return [record["value"] for record in answer.data["records"]]

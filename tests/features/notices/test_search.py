"""notices.search"""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.notices.models import NoticeKind
from kernel.schema.types import to_millis
from tests.callers import as_snapshot
from tests.conftest import NOW, Counting, SignedIn
from tests.features.notices.rows import add_notice


@pytest.fixture
async def some_history() -> None:
    await add_notice("wangwei", "Welcome, Wang Wei", read_at=NOW)
    await add_notice("linyan", "Nobody else's")
    await add_notice("wangwei", "You moved to Sales", kind=NoticeKind.TRANSFERRED, created_at=NOW + timedelta(days=1))


pytestmark = pytest.mark.usefixtures("some_history")


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await (await signed_in("wangwei")).call("notices.search"), events) == snapshot


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["You moved to Sales", "Welcome, Wang Wei"]),
        ({"unread": True}, ["You moved to Sales"]),
        ({"unread": False}, ["Welcome, Wang Wei"]),
        ({"unread": None, "kind": "", "title": ""}, ["You moved to Sales", "Welcome, Wang Wei"]),
        ({"kind": "transferred"}, ["You moved to Sales"]),
        ({"kind": "resigned"}, []),
        ({"title": "wang"}, ["Welcome, Wang Wei"]),
        ({"title": "Nobody"}, []),
        ({"createdAtEnd": to_millis(NOW)}, ["Welcome, Wang Wei"]),
        ({"orderBy": ["createdAt"]}, ["Welcome, Wang Wei", "You moved to Sales"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn) -> None:
    page = (await (await signed_in("wangwei")).call("notices.search", **query)).data
    assert ([record["title"] for record in page["records"]], page["total"]) == (found, len(found))


@pytest.mark.parametrize("query", [{"kind": "gossip"}, {"unread": "perhaps"}, {"orderBy": ["eventId"]}])
async def test_wrong_values(query: dict[str, Any], signed_in: SignedIn) -> None:
    answer = await (await signed_in("wangwei")).call("notices.search", **query)
    assert (answer.code, [each.partition(".")[0] for each in answer.wrong_fields]) == ("1200", list(query))


async def test_nobody_elses_whoever_asks(signed_in: SignedIn) -> None:
    """An administrator reads nobody's inbox."""
    for role in ("R_SUPER", "R_ADMIN", "R_HR_MANAGER"):
        assert (await (await signed_in(role)).call("notices.search")).data["total"] == 0


async def test_the_cost(signed_in: SignedIn, counting: Counting) -> None:
    wangwei = await signed_in("wangwei")
    await wangwei.warm()
    with counting() as cost:
        await wangwei.call("notices.search")
    assert len(cost.statements) == 2, cost.statements

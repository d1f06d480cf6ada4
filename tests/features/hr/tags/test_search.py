"""hr.tags.search"""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.callers import as_snapshot
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await hanmei.call("hr.tags.search", category="language", order_by=["-name"], size=2)
    assert as_snapshot(answer, events) == snapshot


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "ENG"}, ["English"]),
        ({"category": "role"}, ["First aid", "Mentor", "Works council"]),
        ({"category": "Role"}, []),
        ({"name": "o", "category": "role"}, ["Mentor", "Works council"]),
        ({"category": ""}, ["Python", "SQL", "Front end", "Design", "Negotiation", "Accounting"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_HR_MANAGER")).call("hr.tags.search", size=6, **query)
    assert [record["name"] for record in answer.data["records"]] == found


@pytest.mark.parametrize("caller", ["R_HR_SPECIALIST", "R_DEPT_MGR", "R_EMPLOYEE"])
async def test_whoever_gives_tags_sees_them_all(caller: str, signed_in: SignedIn) -> None:
    assert (await (await signed_in(caller)).call("hr.tags.search")).data["total"] == 12

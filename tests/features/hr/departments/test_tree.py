"""hr.departments.tree"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from tests.callers import shown
from tests.conftest import Cost, SignedIn

URL = "/api/v1/business/hr/departments/tree"


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.get(URL)
    assert shown(response, events) == snapshot


async def test_any_depth_and_siblings_in_their_order(signed_in: SignedIn):
    rd = await Department.get(code="RD")
    lab = await Department.create(name="Lab", code="LAB", parent_id=rd.id, order=2)
    await Department.create(name="Test bench", code="TEST", parent_id=rd.id, order=1)
    await Department.create(name="Desk", code="DESK", parent_id=lab.id)
    await Department.create(name="Foundation", code="FO", order=-1)
    await Department.filter(code__in=["HR", "PD", "SA"]).update(parent_id=rd.id, order=2)
    await Department.filter(code="FI").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    tree = [outline(node) for node in (await hanmei.get(URL)).json()["data"]]
    assert tree == ["FO", {"HQ": [{"RD": ["TEST", "HR", "PD", "SA", {"LAB": ["DESK"]}]}]}]


async def test_costs_three_statements(signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]]):
    """The door's two (the actor, the API), and all departments in one."""
    hanmei = await signed_in("R_HR_MANAGER")
    with counting() as cost:
        await hanmei.get(URL)
    assert len(cost.statements) == 3


@pytest.mark.parametrize("role", ["R_USER", "R_EMPLOYEE"])
async def test_without_permission(role: str, signed_in: SignedIn, client: httpx.AsyncClient):
    assert (await (await signed_in(role)).get(URL)).json()["code"] == "2201"
    assert (await client.get(URL)).json()["code"] == "2100"


def outline(node: dict[str, Any]) -> str | dict[str, Any]:
    children = [outline(child) for child in node["children"]]
    return {node["code"]: children} if children else node["code"]

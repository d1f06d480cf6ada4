"""hr.departments.tree"""

from typing import Any

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.departments.tree"), events) == snapshot


async def test_any_depth_and_siblings_in_their_order(signed_in: SignedIn):
    rd = await Department.get(code="RD")
    lab = await Department.create(name="Lab", code="LAB", parent_id=rd.id, order=2)
    await Department.create(name="Test bench", code="TEST", parent_id=rd.id, order=1)
    await Department.create(name="Desk", code="DESK", parent_id=lab.id)
    await Department.create(name="Foundation", code="FO", order=-1)
    await Department.filter(code__in=["HR", "PD", "SA"]).update(parent_id=rd.id, order=2)
    await Department.filter(code="FI").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    tree = [outline(node) for node in (await hanmei.call("hr.departments.tree")).data]
    assert tree == ["FO", {"HQ": [{"RD": ["TEST", "HR", "PD", "SA", {"LAB": ["DESK"]}]}]}]


async def test_costs_one_statement(signed_in: SignedIn, counting: Counting):
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    with counting() as cost:
        await hanmei.call("hr.departments.tree")
    assert len(cost.statements) == 1


def outline(node: dict[str, Any]) -> str | dict[str, Any]:
    children = [outline(child) for child in node["children"]]
    return {node["code"]: children} if children else node["code"]

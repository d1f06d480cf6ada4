"""hr.departments.search"""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import Status, clock
from kernel.schema.types import to_millis
from tests.callers import as_snapshot
from tests.conftest import NOW, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.departments.search"), events) == snapshot


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "RES"}, ["HR", "RD"]),
        ({"code": "r"}, ["HR", "RD"]),
        ({"name": "res", "code": "d"}, ["RD"]),
        ({"status": "2"}, ["FI"]),
        ({"order_by": ["status", "-order"]}, ["SA", "PD", "RD", "HR", "HQ", "FI"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn):
    await Department.filter(code="FI").update(status=Status.DISABLED)
    assert await codes(signed_in, **query) == found


async def test_finds_by_manager(signed_in: SignedIn):
    manager = await Employee.get(name="Zhou Hang")
    assert await codes(signed_in, manager_id=manager.id) == ["RD"]


async def test_finds_by_time_of_creation(signed_in: SignedIn):
    tomorrow = NOW + timedelta(days=1)
    with clock.frozen(tomorrow):
        await Department.create(name="Legal", code="LE")
    assert await codes(signed_in, created_at_start=to_millis(tomorrow)) == ["LE"]
    assert await codes(signed_in, created_at_end=to_millis(NOW)) == ["HQ", "HR", "RD", "PD", "SA", "FI"]


async def codes(signed_in: SignedIn, **query: object) -> list[str]:
    hanmei = await signed_in("R_HR_MANAGER")
    return [record["code"] for record in (await hanmei.call("hr.departments.search", **query)).data["records"]]

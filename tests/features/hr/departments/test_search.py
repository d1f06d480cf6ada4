"""hr.departments.search"""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import Status, clock
from kernel.ids import encode
from kernel.schema.types import to_millis
from tests.callers import shown
from tests.conftest import NOW, SignedIn

URL = "/api/v1/business/hr/departments/search"
EVERYONE = ["HQ", "HR", "RD", "PD", "SA", "FI"]


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.post(URL, json={})
    assert shown(response, events) == snapshot


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "RES"}, ["HR", "RD"]),
        ({"code": "r"}, ["HR", "RD"]),
        ({"name": "res", "code": "d"}, ["RD"]),
        ({"name": "%"}, []),
        ({"status": "2"}, ["FI"]),
        ({"name": "", "code": None, "status": "", "managerId": "", "createdAtStart": None}, EVERYONE),
        ({"order_by": ["-code"]}, ["SA", "RD", "PD", "HR", "HQ", "FI"]),
        ({"orderBy": ["status", "-order"]}, ["SA", "PD", "RD", "HR", "HQ", "FI"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn):
    await Department.filter(code="FI").update(status=Status.DISABLED)
    assert await codes(await signed_in("R_HR_MANAGER"), query) == found


async def test_finds_by_manager(signed_in: SignedIn):
    manager = await Employee.get(name="Zhou Hang")
    assert await codes(await signed_in("R_HR_MANAGER"), {"managerId": encode(manager.id)}) == ["RD"]


async def test_finds_by_time_of_creation(signed_in: SignedIn):
    tomorrow = NOW + timedelta(days=1)
    with clock.frozen(tomorrow):
        await Department.create(name="Legal", code="LE")
    hanmei = await signed_in("R_HR_MANAGER")
    assert await codes(hanmei, {"createdAtStart": to_millis(tomorrow)}) == ["LE"]
    assert await codes(hanmei, {"createdAtEnd": to_millis(NOW)}) == EVERYONE


async def test_passes_over_deleted_departments(signed_in: SignedIn):
    await Department.filter(code="FI").delete()
    assert await codes(await signed_in("R_HR_MANAGER"), {}) == ["HQ", "HR", "RD", "PD", "SA"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"orderBy": ["managerName"]}, "orderBy"),
        ({"status": "3"}, "status"),
        ({"managerId": 7}, "managerId"),
        ({"size": 1001}, "size"),
    ],
)
async def test_a_wrong_query(query: dict[str, Any], field: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.post(URL, json=query)).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", field)


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient):
    user = await signed_in("R_USER")
    assert (await user.post(URL, json={})).json()["code"] == "2201"
    assert (await client.post(URL, json={})).json()["code"] == "2100"


async def codes(caller: httpx.AsyncClient, query: dict[str, Any]) -> list[str]:
    return [record["code"] for record in (await caller.post(URL, json=query)).json()["data"]["records"]]

"""hr.departments.stats"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from tests.callers import shown
from tests.conftest import Cost, SignedIn

URL = "/api/v1/business/hr/departments/stats"


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.get(URL)
    assert shown(response, events) == snapshot
    assert sum(each["employeeCount"] for each in response.json()["data"]) == 60


async def test_a_new_department_is_empty(signed_in: SignedIn):
    await Department.create(name="Legal", code="LE", order=99)
    legal = (await stats(await signed_in("R_HR_MANAGER")))["LE"]
    assert (legal["managerName"], legal["employeeCount"]) == (None, 0)


async def test_the_deleted_do_not_count(signed_in: SignedIn):
    await Employee.filter(name__in=["Zhou Hang", "Wang Wei"]).delete()
    await Department.filter(code="HR").delete()
    found = await stats(await signed_in("R_HR_MANAGER"))
    assert (found["RD"]["managerName"], found["RD"]["employeeCount"]) == (None, 20)
    assert "HR" not in found


async def test_costs_three_statements(signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]]):
    """The door's two (the actor, the API), and one of its own."""
    hanmei = await signed_in("R_HR_MANAGER")
    with counting() as cost:
        await hanmei.get(URL)
    assert len(cost.statements) == 3


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient):
    user = await signed_in("R_USER")
    assert (await user.get(URL)).json()["code"] == "2201"
    assert (await client.get(URL)).json()["code"] == "2100"


async def stats(caller: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in (await caller.get(URL)).json()["data"]}

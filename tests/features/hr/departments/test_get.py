"""hr.departments.get"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import Cost, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.get(await url_of("RD"))
    assert shown(response, events) == snapshot


async def test_of_no_row(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.get(url(999_999))).json()["code"] == "1101"


async def test_deleted(signed_in: SignedIn):
    rd = await url_of("RD")
    await Department.filter(code="RD").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.get(rd)).json()["code"] == "1101"


@pytest.mark.parametrize("broken", ["3", "not-an-id", "0", "AAAAAAAAAAAA"])
async def test_what_is_no_id(broken: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.get(f"/api/v1/business/hr/departments/{broken}")).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", "departmentId")


async def test_costs_three_statements(signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]]):
    """The door's two (the actor, the API), and the row."""
    hanmei, rd = await signed_in("R_HR_MANAGER"), await url_of("RD")
    with counting() as cost:
        await hanmei.get(rd)
    assert len(cost.statements) == 3


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient):
    user, rd = await signed_in("R_USER"), await url_of("RD")
    assert (await user.get(rd)).json()["code"] == "2201"
    assert (await client.get(rd)).json()["code"] == "2100"


def url(department_id: int) -> str:
    return f"/api/v1/business/hr/departments/{encode(department_id)}"


async def url_of(code: str) -> str:
    return url((await Department.get(code=code)).id)

"""hr.employees.get"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import Cost, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.get(await url_of("Wang Wei"))
    assert shown(response, events) == snapshot


async def test_with_no_more_than_a_name(signed_in: SignedIn, snapshot: SnapshotAssertion):
    """No account, no tags, nothing that may be empty; and the department was deleted."""
    legal = await Department.create(name="Legal", code="LE")
    nobody = await Employee.create(name="Nobody", department_id=legal.id)
    await legal.delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert shown(await hanmei.get(url(nobody.id))) == snapshot


@pytest.mark.parametrize(
    ("caller", "name", "code"),
    [
        ("R_DEPT_MGR", "Wang Wei", "0000"),
        ("R_DEPT_MGR", "Dai Wen", "1101"),
        ("R_EMPLOYEE", "Wang Wei", "0000"),
        ("R_EMPLOYEE", "Zhou Hang", "1101"),
        ("R_HR_SPECIALIST", "Dai Wen", "0000"),
        ("R_SUPER", "Dai Wen", "0000"),
    ],
)
async def test_data_scope(caller: str, name: str, code: str, signed_in: SignedIn):
    """Zhou Hang manages Wang Wei's department; Dai Wen works in another. A row out of reach is as one that is not."""
    answer = (await (await signed_in(caller)).get(await url_of(name))).json()
    assert answer["code"] == code
    assert answer["data"] is None if code == "1101" else answer["data"]["name"] == name


async def test_of_no_row(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.get(url(999_999))).json()["code"] == "1101"


async def test_deleted(signed_in: SignedIn):
    wang_wei = await url_of("Wang Wei")
    await Employee.filter(name="Wang Wei").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.get(wang_wei)).json()["code"] == "1101"


@pytest.mark.parametrize("broken", ["13", "not-an-id", "0", "AAAAAAAAAAAA"])
async def test_what_is_no_id(broken: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.get(f"/api/v1/business/hr/employees/{broken}")).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", "employeeId")


async def test_costs_four_statements(signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]]):
    """The door's two (the actor, the API), the row, its tags."""
    zhouhang, wang_wei = await signed_in("R_DEPT_MGR"), await url_of("Wang Wei")
    with counting() as cost:
        await zhouhang.get(wang_wei)
    assert len(cost.statements) == 4


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient):
    user, wang_wei = await signed_in("R_USER"), await url_of("Wang Wei")
    assert (await user.get(wang_wei)).json()["code"] == "2201"
    assert (await client.get(wang_wei)).json()["code"] == "2100"


def url(employee_id: int) -> str:
    return f"/api/v1/business/hr/employees/{encode(employee_id)}"


async def url_of(name: str) -> str:
    return url((await Employee.get(name=name)).id)

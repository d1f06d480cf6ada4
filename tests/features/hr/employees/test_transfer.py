"""hr.employees.transfer"""

import asyncio
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatus
from kernel import Status
from kernel.identity.models import Api, Button, Role, User
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    employee = await Employee.get(name="Wang Wei")
    sales = await Department.get(code="SA")
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.patch(
        f"/api/v1/business/hr/employees/{encode(employee.id)}/department", json={"departmentId": encode(sales.id)}
    )
    assert shown(response, events) == snapshot
    await employee.refresh_from_db()
    assert (employee.department_id, employee.updated_by) == (sales.id, "hanmei")


async def test_to_where_they_are(signed_in: SignedIn, events: list[object]):
    """Nothing happens, and a manager needs no successor."""
    before = await company()
    assert await transfer(await signed_in("R_HR_SPECIALIST"), "Zhou Hang", to="RD") == "0000"
    assert (await company(), events) == (before, [])


async def test_a_manager_with_a_successor(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """The role goes over with the department, in force on the next request of both."""
    hanmei, zhouhang, wangwei = [await signed_in(name) for name in ("hanmei", "zhouhang", "wangwei")]
    assert [await sees(caller) for caller in (zhouhang, wangwei)] == [22, 1]
    zhou, wang = await Employee.get(name="Zhou Hang"), await Employee.get(name="Wang Wei")
    sales = await Department.get(code="SA")
    response = await hanmei.patch(
        f"/api/v1/business/hr/employees/{encode(zhou.id)}/department",
        json={"departmentId": encode(sales.id), "newManagerEmployeeId": encode(wang.id)},
    )
    assert shown(response, events) == snapshot
    assert (await Department.get(code="RD")).manager_id == wang.id
    assert await roles_of("zhouhang") == ["R_EMPLOYEE"]
    assert await roles_of("wangwei") == ["R_DEPT_MGR", "R_EMPLOYEE"]
    assert [await sees(caller) for caller in (zhouhang, wangwei)] == [1, 21]


async def test_a_successor_in_probation(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert await transfer(hanmei, "Zhou Hang", to="SA", successor="Xie Ting") == "0000"
    assert await roles_of("xieting") == ["R_DEPT_MGR", "R_EMPLOYEE"]


async def test_a_manager_without_a_successor(signed_in: SignedIn, events: list[object]):
    before = await company()
    assert await transfer(await signed_in("R_HR_MANAGER"), "Zhou Hang", to="SA") == "4001"
    assert (await company(), events) == (before, [])


@pytest.mark.parametrize(
    "successor",
    [
        pytest.param("Zhou Hang", id="themselves"),
        pytest.param("Dai Wen", id="of another department"),
        pytest.param("Shen Gang", id="has resigned"),
        pytest.param("Li Na", id="deleted"),
        pytest.param(None, id="no row"),
    ],
)
async def test_a_manager_with_a_wrong_successor(successor: str | None, signed_in: SignedIn, events: list[object]):
    zhou, sales = await Employee.get(name="Zhou Hang"), await Department.get(code="SA")
    named = encode((await Employee.get(name=successor)).id if successor else 999_999)
    await Employee.filter(name="Li Na").delete()
    before = await company()
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.patch(
        f"/api/v1/business/hr/employees/{encode(zhou.id)}/department",
        json={"departmentId": encode(sales.id), "newManagerEmployeeId": named},
    )
    assert response.json()["code"] == "4008"
    assert (await company(), events) == (before, [])


async def test_two_managers_change_places_at_once(signed_in: SignedIn):
    """They do not wait for one another, each with the department locked that the other one wants."""
    hanmei = await signed_in("R_HR_MANAGER")
    for here, there in [("RD", "SA"), ("SA", "RD"), ("RD", "SA")]:
        one = await move(await manager_of(here), to=there, successor=await member_of(here))
        other = await move(await manager_of(there), to=here, successor=await member_of(there))
        assert await at_once(hanmei, one, other) == ["0000", "0000"]


async def test_a_successor_who_leaves_at_the_same_moment(signed_in: SignedIn):
    """Whoever comes first: no department is left to somebody who does not work there."""
    hanmei = await signed_in("R_HR_MANAGER")
    for _ in range(3):
        manager, successor = await manager_of("RD"), await member_of("RD")
        one, other = await move(manager, to="SA", successor=successor), await move(successor, to="SA")
        assert await at_once(hanmei, one, other) in (["0000", "4001"], ["4008", "0000"])
        assert await Employee.exists(name=await manager_of("RD"), department__code="RD")


@pytest.mark.parametrize("body", [{}, {"departmentId": None}])
async def test_to_nowhere(body: dict[str, Any], signed_in: SignedIn, events: list[object]):
    before = await company()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.patch(await url_of("Wang Wei"), json=body)).json()["code"] == "4000"
    assert (await company(), events) == (before, [])


async def test_to_a_disabled_department(signed_in: SignedIn, events: list[object]):
    await Department.filter(code="SA").update(status=Status.DISABLED)
    before = await company()
    assert await transfer(await signed_in("R_HR_MANAGER"), "Wang Wei", to="SA") == "4000"
    assert (await company(), events) == (before, [])


async def test_to_a_department_that_is_not_there(signed_in: SignedIn, events: list[object]):
    deleted = (await Department.get(code="SA")).id
    await Department.filter(code="SA").delete()
    before = await company()
    hanmei = await signed_in("R_HR_MANAGER")
    for department_id in (deleted, 999_999):
        response = await hanmei.patch(await url_of("Wang Wei"), json={"departmentId": encode(department_id)})
        assert response.json()["code"] == "1101"
    assert (await company(), events) == (before, [])


async def test_of_nobody(signed_in: SignedIn, events: list[object]):
    sales, deleted = await Department.get(code="SA"), await url_of("Wang Wei")
    await Employee.filter(name="Wang Wei").delete()
    before = await company()
    hanmei = await signed_in("R_HR_MANAGER")
    for url in (deleted, f"/api/v1/business/hr/employees/{encode(999_999)}/department"):
        assert (await hanmei.patch(url, json={"departmentId": encode(sales.id)})).json()["code"] == "1101"
    assert (await company(), events) == (before, [])


@pytest.mark.parametrize("field", ["departmentId", "newManagerEmployeeId"])
@pytest.mark.parametrize("value", [5, 0, "not-an-id"])
async def test_what_is_no_id(field: str, value: object, signed_in: SignedIn, events: list[object]):
    before = await company()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.patch(await url_of("Wang Wei"), json={field: value})).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", field)
    assert (await company(), events) == (before, [])


async def test_out_of_scope(signed_in: SignedIn, events: list[object]):
    """A department manager reaches the own department: neither others' people, nor a place for anybody elsewhere."""
    await grant("R_DEPT_MGR")
    before = await company()
    zhouhang = await signed_in("R_DEPT_MGR")
    assert await transfer(zhouhang, "Dai Wen", to="RD") == "2208"
    assert await transfer(zhouhang, "Wang Wei", to="SA") == "4002"
    assert (await company(), events) == (before, [])


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient, events: list[object]):
    before = await company()
    user = await signed_in("R_USER")
    assert await transfer(client, "Wang Wei", to="SA") == "2100"
    assert await transfer(user, "Wang Wei", to="SA") == "2201"
    await grant("R_USER", button=False)
    assert await transfer(user, "Wang Wei", to="SA") == "2202"
    assert (await company(), events) == (before, [])


async def transfer(caller: httpx.AsyncClient, name: str, *, to: str, successor: str | None = None) -> str:
    """The code of the answer."""
    return (await caller.patch(**await move(name, to=to, successor=successor))).json()["code"]


async def at_once(caller: httpx.AsyncClient, *moves: dict[str, Any]) -> list[str]:
    return [answer.json()["code"] for answer in await asyncio.gather(*(caller.patch(**each) for each in moves))]


async def move(name: str, *, to: str, successor: str | None = None) -> dict[str, Any]:
    """The request."""
    body = {"departmentId": encode((await Department.get(code=to)).id)}
    if successor:
        body["newManagerEmployeeId"] = encode((await Employee.get(name=successor)).id)
    return {"url": await url_of(name), "json": body}


async def url_of(name: str) -> str:
    return f"/api/v1/business/hr/employees/{encode((await Employee.get(name=name)).id)}/department"


async def manager_of(code: str) -> str:
    return (await Employee.get(manages__code=code)).name


async def member_of(code: str) -> str:
    """Somebody who could be the next manager."""
    members = Employee.filter(department__code=code, status=EmployeeStatus.ACTIVE, manages__id__isnull=True)
    return (await members.order_by("id"))[0].name


async def sees(caller: httpx.AsyncClient) -> int:
    return (await caller.post("/api/v1/business/hr/employees/search", json={})).json()["data"]["total"]


async def roles_of(user_name: str) -> list[str]:
    return sorted(role.role_code for role in await Role.filter(users__user_name=user_name))


async def grant(role_code: str, *, button: bool = True) -> None:
    role = await Role.get(role_code=role_code)
    await role.apis.add(await Api.get(route_key="hr.employees.transfer"))
    if button:
        await role.buttons.add(await Button.get(button_code="B_HR_EMP_TRANSFER"))


async def company() -> list[list[dict[str, Any]]]:
    """Everything that a transfer may change."""
    return [
        await Employee.with_deleted().order_by("id").values(),
        await Department.with_deleted().order_by("id").values(),
        await User.filter(roles__role_code="R_DEPT_MGR").order_by("id").values("id"),
    ]

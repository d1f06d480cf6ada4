"""hr.employees.search"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import clock
from kernel.identity.models import Api, Role, User
from kernel.ids import encode
from kernel.schema.types import to_millis
from tests.callers import shown
from tests.conftest import NOW, Cost, SignedIn

URL = "/api/v1/business/hr/employees/search"
TOMORROW = NOW + timedelta(days=1)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.post(URL, json={"current": 5, "size": 3})
    assert shown(response, events) == snapshot


async def test_ten_a_page_unless_asked_for_more(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    page = (await hanmei.post(URL, json={})).json()["data"]
    assert (page["total"], page["current"], page["size"], len(page["records"])) == (60, 1, 10, 10)
    assert len((await hanmei.post(URL, json={"size": 1000})).json()["data"]["records"]) == 60


async def test_pages_neither_repeat_nor_miss_a_row(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    query = {"size": 7, "orderBy": ["status"]}
    seen = [name for current in range(1, 10) for name in await names(hanmei, query | {"current": current})]
    assert sorted(seen) == sorted([each.name for each in await Employee.all()])


async def test_beyond_the_last_page(signed_in: SignedIn, snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert shown(await hanmei.post(URL, json={"current": 7})) == snapshot


@pytest.mark.parametrize(
    ("caller", "total", "departments"),
    [
        ("R_SUPER", 60, 6),
        ("R_HR_MANAGER", 60, 6),
        ("R_HR_SPECIALIST", 60, 6),
        ("R_DEPT_MGR", 22, 1),
        ("linyan", 14, 1),
        ("R_EMPLOYEE", 1, 1),
    ],
)
async def test_data_scope(caller: str, total: int, departments: int, signed_in: SignedIn):
    """Everybody, the own department, or oneself; no filter reaches further."""
    colleague = await signed_in(caller)
    page = (await colleague.post(URL, json={"size": 100})).json()["data"]
    assert (page["total"], len(page["records"])) == (total, total)
    assert len({record["departmentId"] for record in page["records"]}) == departments


async def test_no_filter_widens_the_scope(signed_in: SignedIn):
    finance = encode((await Department.get(code="FI")).id)
    assert await names(await signed_in("R_HR_MANAGER"), {"departmentId": finance, "name": "zou"}) == ["Zou Heng"]
    assert await names(await signed_in("R_DEPT_MGR"), {"departmentId": finance}) == []
    assert await names(await signed_in("R_EMPLOYEE"), {"name": "Zou"}) == []


async def test_who_is_no_employee_reaches_nobody(signed_in: SignedIn):
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="hr.employees.search"))
    assert await names(await signed_in("R_USER"), {}) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "WANG"}, ["Wang Wei"]),
        ({"name": "ng w"}, ["Wang Wei"]),
        ({"email": "WangWei@"}, ["Wang Wei"]),
        ({"name": "wei", "email": "weilan"}, ["Wei Lan"]),
        ({"name": "' OR 1=1 --"}, []),
        ({"status": "probation", "name": "ting"}, ["Xie Ting"]),
        ({"name": "wang", "department_id": None, "status": "", "email": "", "createdAtStart": ""}, ["Wang Wei"]),
        ({"name": "wang", "position": "nothing", "userId": 7, "nonsense": {}}, ["Wang Wei"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn):
    assert await names(await signed_in("R_HR_MANAGER"), query) == found


@pytest.mark.parametrize(
    ("needle", "found"),
    [("%", ["50% Off", "Back%slash\\"]), ("_", ["Under_Score"]), ("\\", ["Back%slash\\"]), ("0% o", ["50% Off"])],
)
async def test_contains_takes_every_character_for_itself(needle: str, found: list[str], signed_in: SignedIn):
    legal = await Department.create(name="Legal", code="LE")
    for name in ("50% Off", "500 Off", "Under_Score", "UnderXScore", "Back%slash\\"):
        await Employee.create(name=name, department_id=legal.id)
    assert await names(await signed_in("R_HR_MANAGER"), {"name": needle}) == found


async def test_finds_by_status_and_department(signed_in: SignedIn):
    hanmei, rd = await signed_in("R_HR_MANAGER"), encode((await Department.get(code="RD")).id)
    assert await names(hanmei, {"status": "resigned", "departmentId": rd}) == ["Shen Gang"]
    assert len(await names(hanmei, {"departmentId": rd})) == 22
    assert len(await names(hanmei, {"status": "resigned"})) == 5


async def test_finds_by_time_of_creation(signed_in: SignedIn):
    """Both ends belong to it."""
    with clock.frozen(TOMORROW):
        await Employee.create(name="Latecomer", department_id=(await Department.get(code="RD")).id)
    hanmei = await signed_in("R_HR_MANAGER")
    now, tomorrow = to_millis(NOW), to_millis(TOMORROW)
    assert await names(hanmei, {"createdAtStart": tomorrow}) == ["Latecomer"]
    assert await names(hanmei, {"createdAtStart": now + 1, "createdAtEnd": tomorrow - 1}) == []
    assert len(await names(hanmei, {"createdAtEnd": now})) == 60
    assert len(await names(hanmei, {"createdAtStart": now, "createdAtEnd": tomorrow})) == 61


async def test_passes_over_the_deleted(signed_in: SignedIn):
    await Employee.filter(name="Wang Wei").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert await names(hanmei, {"name": "wang"}) == []
    assert len(await names(hanmei, {})) == 59


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (["name"], ["Cai Qi", "Cao Ning", "Chen Jing"]),
        (["-name"], ["Zou Heng", "Zhou Hang", "Zhong Qiang"]),
        (["employee_no"], ["Zhao Min", "Chen Jing", "Yang Fan"]),
        (["-employeeNo"], ["Kong Li", "Hao Jian", "Lu Han"]),
        (["departmentName", "-name"], ["Zou Heng", "Xiong Jia", "Lu Han"]),
        (["-status", "createdAt", "-id"], ["Kong Li", "Shi Lei", "Du Juan"]),
    ],
)
async def test_order(order: list[str], first: list[str], signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await names(hanmei, {"orderBy": order}))[:3] == first


@pytest.mark.parametrize(
    "column",
    [
        "salary",
        "",
        "--name",
        "+name",
        "deletedAt",
        "user__password_hash",
        "department__name",
        "tagNames",
        "name; DROP TABLE hr_employee",
        "(SELECT 1)",
        "name" * 20,
    ],
)
async def test_order_by_what_the_record_does_not_have(column: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.post(URL, json={"orderBy": ["name", column]})).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"].partition(".")[0]) == ("1200", "orderBy")
    assert await Employee.all().count() == 60


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": 1001}, "size"),
        ({"size": 100_000}, "size"),
        ({"size": -1}, "size"),
        ({"size": "all"}, "size"),
        ({"current": 0}, "current"),
        ({"current": 10**30}, "current"),
        ({"orderBy": "name"}, "orderBy"),
        ({"status": "retired"}, "status"),
        ({"departmentId": 3}, "departmentId"),
        ({"departmentId": "not-an-id"}, "departmentId"),
        ({"name": "x" * 201}, "name"),
        ({"name": ["wang"]}, "name"),
        ({"createdAtStart": "2026-01-15"}, "createdAtStart"),
        ({"createdAtEnd": -1}, "createdAtEnd"),
        ({"createdAtEnd": 10**18}, "createdAtEnd"),
    ],
)
async def test_a_wrong_query(query: dict[str, Any], field: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.post(URL, json=query)).json()
    assert (answer["code"], [each["field"] for each in answer["data"]["errors"]]) == ("1200", [field])


@pytest.mark.parametrize("caller", ["R_HR_MANAGER", "R_DEPT_MGR"])
async def test_costs_five_statements_whatever_the_size(
    caller: str, signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]]
):
    """The door's two (the actor, the API), the count, the page, its tags."""
    colleague = await signed_in(caller)
    for size in (1, 20, 1000):
        with counting() as cost:
            await colleague.post(URL, json={"size": size, "name": "a", "orderBy": ["departmentName"]})
        assert len(cost.statements) == 5


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient):
    user = await signed_in("R_USER")
    assert (await user.post(URL, json={})).json()["code"] == "2201"
    assert (await client.post(URL, json={})).json()["code"] == "2100"


async def names(caller: httpx.AsyncClient, query: dict[str, Any]) -> list[str]:
    response = await caller.post(URL, json={"size": 1000, **query})
    return [record["name"] for record in response.json()["data"]["records"]]


async def test_contains_ignores_case_beyond_ascii_too(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    await Employee.create(name="Jürgen MÜLLER", department_id=(await Department.get(code="RD")).id)
    for needle in ("müller", "JÜRGEN", "ürg"):
        assert (await hanmei.post(URL, json={"name": needle})).json()["data"]["total"] == 1


async def test_a_role_that_reaches_all_widens_nothing_that_another_one_opened(signed_in: SignedIn):
    """An administrator of users, who reaches all of them, is still only one of the employees."""
    wangwei = await User.get(user_name="wangwei")
    await wangwei.roles.add(await Role.get(role_code="R_ADMIN"))
    assert await names(await signed_in("wangwei"), {}) == ["Wang Wei"]

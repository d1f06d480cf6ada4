"""hr.employees.search"""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import DataScope, clock
from kernel.identity.models import Api, Role, RoleScope, User
from kernel.schema.types import to_millis
from tests.callers import Caller, as_snapshot
from tests.conftest import NOW, Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.employees.search", current=5, size=3), events) == snapshot


async def test_beyond_the_last_page(signed_in: SignedIn, snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.employees.search", current=7)) == snapshot


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
    """Everybody, the own department, or oneself."""
    colleague = await signed_in(caller)
    page = (await colleague.call("hr.employees.search", size=100)).data
    assert (page["total"], len(page["records"])) == (total, total)
    assert len({record["departmentId"] for record in page["records"]}) == departments


async def test_each_role_finds_exactly_its_scope(signed_in: SignedIn):
    """All; those whom one manages, wherever, and oneself; oneself. Nobody is missing, nobody comes twice."""
    everybody = [employee.name for employee in await Employee.all().order_by("id")]
    for all_reaching in ("R_SUPER", "R_HR_MANAGER", "R_HR_SPECIALIST"):
        assert sorted(await names(await signed_in(all_reaching))) == sorted(everybody)
    finance = await Department.get(code="FI")
    await Department.filter(id=finance.id).update(manager_id=(await Employee.get(name="Zhou Hang")).id)
    managed = [each.name for each in await Employee.filter(department__code__in=["RD", "FI"])]
    assert sorted(await names(await signed_in("zhouhang"))) == sorted(managed)
    assert await names(await signed_in("zouheng")) == ["Zou Heng"]  # who managed that before, and has the role
    for user_name in ("wangwei", "xieting"):
        own = await Employee.get(user__user_name=user_name)
        assert await names(await signed_in(user_name)) == [own.name]


async def test_no_filter_widens_the_scope(signed_in: SignedIn):
    finance = (await Department.get(code="FI")).id
    assert await names(await signed_in("R_HR_MANAGER"), department_id=finance, name="zou") == ["Zou Heng"]
    assert await names(await signed_in("R_DEPT_MGR"), department_id=finance) == []
    assert await names(await signed_in("R_EMPLOYEE"), name="Zou") == []


async def test_who_is_no_employee_reaches_nobody(signed_in: SignedIn):
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="hr.employees.search"))
    assert await names(await signed_in("R_USER")) == []


async def test_a_role_that_names_departments(signed_in: SignedIn):
    role = await Role.create(role_code="R_SOME", role_name="Some", data_scope=DataScope.CUSTOM)
    await role.apis.add(await Api.get(route_key="hr.employees.search"))
    user = await User.get(user_name="User")
    await user.roles.add(role)
    caller = await signed_in("User")
    assert await names(caller) == []
    await RoleScope.create(role=role, subject="department", row_id=(await Department.get(code="HR")).id)
    assert await names(caller) == ["Han Mei", "Liu Qing", "Tang Rui", "Feng Yu", "Cao Ning", "Deng Kai"]


async def test_a_second_role_takes_no_rows_away(signed_in: SignedIn):
    role = await Role.create(role_code="R_SOME", role_name="Some", data_scope=DataScope.CUSTOM)
    await role.apis.add(await Api.get(route_key="hr.employees.search"))
    before = await names(await signed_in("wangwei"))
    await (await User.get(user_name="wangwei")).roles.add(role)
    assert await names(await signed_in("wangwei")) == before == ["Wang Wei"]


async def test_a_role_that_reaches_all_widens_nothing_that_another_one_opened(signed_in: SignedIn):
    """Who manages users, and reaches all of them, is still only one of the employees."""
    wangwei = await User.get(user_name="wangwei")
    role = await Role.create(role_code="R_USERS", role_name="Users", data_scope=DataScope.ALL)
    await role.apis.add(*await Api.filter(route_key__startswith="system_manage."))
    await wangwei.roles.add(role)
    assert await names(await signed_in("wangwei")) == ["Wang Wei"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "WANG"}, ["Wang Wei"]),
        ({"email": "WangWei@"}, ["Wang Wei"]),
        ({"phone": "+86 (138) 0000-0013"}, ["Wang Wei"]),
        ({"phone": "0000 001", "name": "wei"}, ["Wang Wei"]),
        ({"name": "wei", "email": "weilan"}, ["Wei Lan"]),
        ({"status": "probation", "name": "ting"}, ["Xie Ting"]),
        ({"name": "wang", "position": "nothing", "userId": 7, "nonsense": {}}, ["Wang Wei"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn):
    assert await names(await signed_in("R_HR_MANAGER"), **query) == found


async def test_finds_by_status_and_department(signed_in: SignedIn):
    hanmei, rd = await signed_in("R_HR_MANAGER"), (await Department.get(code="RD")).id
    assert await names(hanmei, status="resigned", department_id=rd) == ["Shen Gang"]
    assert len(await names(hanmei, department_id=rd)) == 22
    assert len(await names(hanmei, status="resigned")) == 5


async def test_finds_by_time_of_creation(signed_in: SignedIn):
    """Both ends belong to it."""
    tomorrow = NOW + timedelta(days=1)
    with clock.frozen(tomorrow):
        await Employee.create(name="Latecomer", department_id=(await Department.get(code="RD")).id)
    hanmei, now, then = await signed_in("R_HR_MANAGER"), to_millis(NOW), to_millis(tomorrow)
    assert await names(hanmei, created_at_start=then) == ["Latecomer"]
    assert await names(hanmei, created_at_start=now + 1, created_at_end=then - 1) == []
    assert len(await names(hanmei, created_at_end=now)) == 60


@pytest.mark.parametrize("caller", ["R_HR_MANAGER", "R_DEPT_MGR"])
async def test_costs_three_statements_whatever_the_size(caller: str, signed_in: SignedIn, counting: Counting):
    """The count, the page, its tags."""
    colleague = await signed_in(caller)
    await colleague.warm()
    for size in (1, 20, 1000):
        with counting() as cost:
            await colleague.call("hr.employees.search", size=size, name="a", order_by=["departmentName"])
        assert len(cost.statements) == 3


async def names(caller: Caller, **query: object) -> list[str]:
    answer = await caller.call("hr.employees.search", **{"size": 1000, **query})
    return [record["name"] for record in answer.data["records"]]

"""hr.team.employees.search"""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import DataScope
from kernel.identity.models import Api, Role, User
from tests.callers import Caller, as_snapshot
from tests.conftest import Counting, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    zhouhang = await signed_in("R_DEPT_MGR")
    assert as_snapshot(await zhouhang.call("hr.team.employees.search", current=7, size=3), events) == snapshot


@pytest.mark.parametrize(
    ("caller", "department", "total"), [("R_DEPT_MGR", "RD", 21), ("linyan", "SA", 13), ("R_HR_MANAGER", "HR", 5)]
)
async def test_the_own_department_and_no_other(caller: str, department: str, total: int, signed_in: SignedIn) -> None:
    """Whatever the data scope reaches beside: the HR manager's reaches all, and manages one. Who has resigned is hidden."""
    own = await Department.get(code=department)
    expected = await Employee.filter(department_id=own.id, status__not="resigned").order_by("id")
    found = await names(await signed_in(caller))
    assert found == [employee.name for employee in expected]
    assert len(found) == total


async def test_what_is_below_the_own_department_is_another(signed_in: SignedIn) -> None:
    zhaomin, below = await signed_in("zhaomin"), await Department.get(code="RD")
    assert below.parent_id == (await Department.get(code="HQ")).id
    assert await names(zhaomin) == ["Zhao Min", "Chen Jing", "Yang Fan", "Wu Xia", "Sun Yi"]


async def test_all_departments_that_one_manages(signed_in: SignedIn) -> None:
    zhou, sales = await Employee.get(name="Zhou Hang"), await Department.get(code="SA")
    await Department.filter(id=sales.id).update(manager_id=zhou.id)
    zhouhang = await signed_in("R_DEPT_MGR")
    assert len(await names(zhouhang)) == 21 + 13
    assert len(await names(zhouhang, department_id=sales.id)) == 13


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "resigned"}, ["Shen Gang"]),
        ({"status": "probation"}, ["Xie Ting", "Pan Long", "Jiang Bin"]),
        ({"name": "shen"}, []),
        ({"name": "shen", "status": "resigned"}, ["Shen Gang"]),
        ({"name": "Zou"}, []),
        ({"email": "WangWei@"}, ["Wang Wei"]),
        ({"name": "wang", "status": ""}, ["Wang Wei"]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str], signed_in: SignedIn) -> None:
    assert await names(await signed_in("R_DEPT_MGR"), **query) == found


async def test_no_filter_widens_it(signed_in: SignedIn) -> None:
    finance = await Department.get(code="FI")
    assert await names(await signed_in("R_DEPT_MGR"), department_id=finance.id) == []


@pytest.mark.parametrize("caller", ["R_SUPER", "R_ADMIN", "wangwei"])
async def test_who_manages_nothing(caller: str, signed_in: SignedIn) -> None:
    """Though they may call it. A super administrator has no team either."""
    if caller == "wangwei":
        await (await User.get(user_name=caller)).roles.add(await Role.get(role_code="R_DEPT_MGR"))
    somebody = await signed_in(caller)
    async with unchanged():
        assert (await somebody.call("hr.team.employees.search")).code == "4006"


async def test_a_manager_whose_role_reaches_themselves_alone(signed_in: SignedIn) -> None:
    """What they manage is their team all the same: that is no matter of data scope."""
    role = await Role.create(role_code="R_SOME", role_name="Some", data_scope=DataScope.SELF)
    await role.apis.add(await Api.get(route_key="hr.team.employees.search"))
    user = await User.get(user_name="zhouhang")
    await user.roles.clear()
    await user.roles.add(role)
    assert len(await names(await signed_in("zhouhang"))) == 21


async def test_costs_four_statements_whatever_the_size(signed_in: SignedIn, counting: Counting) -> None:
    """What they manage, the count, the page, its tags."""
    zhouhang = await signed_in("R_DEPT_MGR")
    await zhouhang.warm()
    for size in (1, 20, 1000):
        with counting() as cost:
            await zhouhang.call("hr.team.employees.search", size=size, order_by=["departmentName"])
        assert len(cost.statements) == 4


async def names(caller: Caller, **query: object) -> list[str]:
    answer = await caller.call("hr.team.employees.search", **{"size": 1000, **query})
    return [record["name"] for record in answer.data["records"]]

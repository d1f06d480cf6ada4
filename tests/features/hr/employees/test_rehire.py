"""hr.employees.rehire"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatus, EmployeeStatusLog
from kernel import Status
from kernel.identity.models import Api, Button, Role, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    liuqing = await signed_in("R_HR_SPECIALIST")
    assert as_snapshot(await rehire(liuqing, "Shen Gang", remark="Welcome back."), events) == snapshot
    employee = await Employee.get(name="Shen Gang").select_related("user")
    assert employee.user
    assert (employee.status, employee.user.status_type) == (EmployeeStatus.PROBATION, Status.ENABLED)
    step = await EmployeeStatusLog.get(employee_id=employee.id)
    assert (step.from_status, step.to_status) == (EmployeeStatus.RESIGNED, EmployeeStatus.PROBATION)
    assert (step.remark, step.created_by) == ("Welcome back.", "liuqing")


async def test_tokens_from_before_stay_dead(signed_in: SignedIn, client: Caller):
    """Whoever is back signs in as before, with the same roles."""
    hanmei = await signed_in("R_HR_MANAGER")
    session = (await client.call("auth.login", user_name="wangwei", password="123456")).data
    before, wang = {"Authorization": f"Bearer {session['token']}"}, await Employee.get(name="Wang Wei")
    await hanmei.call("hr.employees.resign", employee_id=wang.id, remark="Bye.")
    assert (await client.get("/api/v1/auth/user-info", headers=before)).json()["code"] == "2102"
    assert (await rehire(hanmei, "Wang Wei")).code == "0000"
    assert (await client.get("/api/v1/auth/user-info", headers=before)).json()["code"] == "2106"
    assert (await client.call("auth.refresh_token", refresh_token=session["refreshToken"])).code == "2106"
    again = await client.call("auth.login", user_name="wangwei", password="123456")
    client.headers["Authorization"] = f"Bearer {again.data['token']}"
    assert (await client.call("auth.user_info")).data["roles"] == ["R_EMPLOYEE"]


async def test_who_has_no_account(signed_in: SignedIn, events: list[object]):
    rd = await Department.get(code="RD")
    await Employee.create(name="Nobody", department_id=rd.id, status=EmployeeStatus.RESIGNED)
    assert (await rehire(await signed_in("R_HR_SPECIALIST"), "Nobody")).code == "0000"
    assert len(events) == 1


@pytest.mark.parametrize("name", ["Wang Wei", "Xie Ting"])
async def test_who_works_here(name: str, signed_in: SignedIn):
    """Regularly, or in probation."""
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await rehire(hanmei, name)).code == "4007"


async def test_into_a_disabled_department(signed_in: SignedIn):
    await Department.filter(code="RD").update(status=Status.DISABLED)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await rehire(hanmei, "Shen Gang")).code == "4000"
        assert (await rehire(hanmei, "Wang Wei")).code == "4007"


async def test_twice_at_once(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(*(rehire(hanmei, "Shen Gang") for _ in range(3)))
    assert sorted(answer.code for answer in answers) == ["0000", "4007", "4007"]


async def test_while_they_are_deleted(signed_in: SignedIn):
    """Whoever comes first: nobody is at work and off file."""
    hanmei = await signed_in("R_HR_MANAGER")
    for name in ("Shen Gang", "Du Juan", "Shi Lei"):
        employee = await Employee.get(name=name)
        answers = await asyncio.gather(
            rehire(hanmei, name), hanmei.call("hr.employees.delete", employee_id=employee.id)
        )
        assert [answer.code for answer in answers] in (["0000", "2307"], ["1101", "0000"])


async def test_oneself(signed_in: SignedIn):
    """Whose account somebody has enabled."""
    await Employee.filter(name="Han Mei").update(status=EmployeeStatus.RESIGNED)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await rehire(hanmei, "Han Mei")).code == "2201"


async def test_who_holds_more(signed_in: SignedIn):
    """Enabling an account is managing it: its roles have stayed."""
    await Employee.filter(name="Han Mei").update(status=EmployeeStatus.RESIGNED)
    await User.filter(user_name="hanmei").update(status_type=Status.DISABLED)
    liuqing, soybean = await signed_in("R_HR_SPECIALIST"), await signed_in("R_SUPER")
    async with unchanged():
        assert (await rehire(liuqing, "Han Mei")).code == "2201"
    assert (await rehire(soybean, "Han Mei")).code == "0000"


async def test_a_super_administrator(signed_in: SignedIn):
    await (await User.get(user_name="shengang")).roles.add(await Role.get(role_code="R_SUPER"))
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await rehire(hanmei, "Shen Gang")).code == "2206"


async def test_wrong_values(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await rehire(hanmei, "Shen Gang", remark="x" * 501)
    assert (answer.code, answer.wrong_fields) == ("1200", ["remark"])


async def test_of_no_row(signed_in: SignedIn):
    """Never was, or was deleted."""
    hanmei, gang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Shen Gang")
    await Employee.filter(id=gang.id).delete()
    async with unchanged():
        for gone in (gang.id, 999_999):
            assert (await hanmei.call("hr.employees.rehire", employee_id=gone)).code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.rehire"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_REHIRE"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await rehire(zhouhang, "Shi Lei")).code == "2208"


async def rehire(caller: Caller, name: str, **body: object) -> Answer:
    return await caller.call("hr.employees.rehire", employee_id=(await Employee.get(name=name)).id, **body)

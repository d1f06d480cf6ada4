"""hr.employees.resign"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatus, EmployeeStatusLog
from kernel import Status
from kernel.identity.models import Api, Button, EndReason, Role, Session, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """Their next request is refused, and so is a sign-in; the roles stay for when they come back."""
    hanmei, wangwei = await signed_in("R_HR_MANAGER"), await signed_in("wangwei")
    assert (await wangwei.call("auth.user_info")).code == "0000"
    assert as_snapshot(await resign(hanmei, "Wang Wei", remark=" Moves to the sea. "), events) == snapshot
    employee = await Employee.get(name="Wang Wei").select_related("user")
    assert employee.user
    assert (employee.status, employee.user.status_type) == (EmployeeStatus.RESIGNED, Status.DISABLED)
    assert (await wangwei.call("auth.user_info")).code == "2102"
    assert (await Session.get(user_id=employee.user_id)).end_reason == EndReason.ACCOUNT_DISABLED
    assert (await wangwei.call("auth.login", user_name="wangwei", password="123456")).code == "2102"
    assert await roles_of("wangwei") == ["R_EMPLOYEE"]
    step = await EmployeeStatusLog.get(employee_id=employee.id)
    assert (step.from_status, step.to_status) == (EmployeeStatus.ACTIVE, EmployeeStatus.RESIGNED)
    assert (step.remark, step.created_by) == ("Moves to the sea.", "hanmei")


async def test_in_probation(signed_in: SignedIn):
    assert (await resign(await signed_in("R_HR_MANAGER"), "Xie Ting")).code == "0000"


async def test_who_has_no_account(signed_in: SignedIn, events: list[object]):
    await Employee.create(name="Nobody", department_id=(await Department.get(code="RD")).id)
    assert (await resign(await signed_in("R_HR_MANAGER"), "Nobody")).code == "0000"
    assert len(events) == 1


async def test_a_manager_with_a_successor(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await resign(hanmei, "Zhou Hang", successor="Wang Wei"), events) == snapshot
    assert await manager_of("RD") == "Wang Wei"
    assert (await roles_of("zhouhang"), await roles_of("wangwei")) == (["R_EMPLOYEE"], ["R_DEPT_MGR", "R_EMPLOYEE"])


async def test_a_manager_without_a_successor(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await resign(hanmei, "Zhou Hang")
    assert answer.code == "4001"
    assert answer.body["msg"] == "Zhou Hang manages Research and Development; name a new manager."


@pytest.mark.parametrize("successor", ["Zhou Hang", "Dai Wen", "Shen Gang"])
async def test_a_manager_with_a_wrong_successor(successor: str, signed_in: SignedIn):
    """Themselves; somebody of another department; somebody who has resigned."""
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await resign(hanmei, "Zhou Hang", successor=successor)).code == "4008"


async def test_whoever_names_a_successor_appoints_a_manager(signed_in: SignedIn):
    specialist = await Role.get(role_code="R_HR_SPECIALIST")
    await specialist.apis.add(await Api.get(route_key="hr.employees.resign"))
    await specialist.buttons.add(await Button.get(button_code="B_HR_EMP_RESIGN"))
    liuqing = await signed_in("R_HR_SPECIALIST")
    async with unchanged():
        assert (await resign(liuqing, "Zhou Hang", successor="Wang Wei")).code == "2202"
    assert (await resign(liuqing, "Wang Wei", successor="Li Na")).code == "0000"


async def test_who_has_resigned_already(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await resign(hanmei, "Shen Gang")
    assert answer.code == "4007"
    assert answer.body["msg"] == "There is no step from resigned to resigned; possible from there: probation."


@pytest.mark.parametrize("remark", [None, "", " \n ", "x" * 501])
async def test_a_remark_is_needed(remark: str | None, signed_in: SignedIn):
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        answer = await resign(hanmei, "Wang Wei", remark=remark)
        assert (answer.code, answer.wrong_fields) == ("1200", ["remark"])
        assert (await hanmei.call("hr.employees.resign", employee_id=wang.id)).wrong_fields == ["remark"]


async def test_oneself(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await resign(hanmei, "Han Mei", successor="Tang Rui")).code == "2201"


async def test_who_holds_more(signed_in: SignedIn):
    """Nobody disables an account that they may not manage by way of its employee."""
    await (await User.get(user_name="wangwei")).roles.add(await Role.get(role_code="R_ADMIN"))
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await resign(hanmei, "Wang Wei")
    assert answer.code == "2201"
    assert answer.body["msg"].startswith("You may not manage wangwei, who holds what you do not hold: ")


async def test_a_super_administrator(signed_in: SignedIn):
    await (await User.get(user_name="wangwei")).roles.add(await Role.get(role_code="R_SUPER"))
    hanmei, soybean = await signed_in("R_HR_MANAGER"), await signed_in("R_SUPER")
    async with unchanged():
        assert (await resign(hanmei, "Wang Wei")).code == "2206"
    assert (await resign(soybean, "Wang Wei")).code == "0000"


async def test_of_no_row(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.employees.resign", employee_id=999_999, remark="Gone.")).code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.resign"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_RESIGN"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await resign(zhouhang, "Dai Wen", successor="Wang Wei")).code == "2208"


async def test_two_managers_who_name_one_another_at_once(signed_in: SignedIn):
    """Each works in what the other one manages. One goes, the other then has no successor, and manages both."""
    zhou, yan = await Employee.get(name="Zhou Hang"), await Employee.get(name="Lin Yan")
    rd, sales = await Department.get(code="RD"), await Department.get(code="SA")
    await Employee.filter(id=zhou.id).update(department_id=sales.id)
    await Employee.filter(id=yan.id).update(department_id=rd.id)
    hanmei = await signed_in("R_HR_MANAGER")
    for _ in range(5):
        one, other = resign(hanmei, "Zhou Hang", successor="Lin Yan"), resign(hanmei, "Lin Yan", successor="Zhou Hang")
        codes = [answer.code for answer in await asyncio.gather(one, other)]
        assert sorted(codes) == ["0000", "4008"]
        gone, stays = (zhou, yan) if codes[0] == "0000" else (yan, zhou)
        await gone.refresh_from_db()
        await stays.refresh_from_db()
        assert (gone.status, stays.status) == (EmployeeStatus.RESIGNED, EmployeeStatus.ACTIVE)
        assert [await manager_of("RD"), await manager_of("SA")] == [stays.name, stays.name]
        enabled = [user.user_name for user in await User.filter(id__in=[zhou.user_id, yan.user_id], status_type="1")]
        assert enabled == [(await User.get(id=stays.user_id)).user_name]
        assert await EmployeeStatusLog.filter(employee_id__in=[zhou.id, yan.id]).count() == 1
        await EmployeeStatusLog.all().delete()
        await Employee.filter(id=gone.id).update(status=EmployeeStatus.ACTIVE)
        await User.filter(id=gone.user_id).update(status_type=Status.ENABLED)
        await Department.filter(id=rd.id).update(manager_id=zhou.id)
        await Department.filter(id=sales.id).update(manager_id=yan.id)


async def test_a_successor_who_goes_at_the_same_moment(signed_in: SignedIn):
    """Whoever comes first: no department is left to somebody who is gone."""
    hanmei = await signed_in("R_HR_MANAGER")
    for manager, successor in (("Zhou Hang", "Wang Wei"), ("Lin Yan", "Dai Wen"), ("Zou Heng", "Xiong Jia")):
        one, other = resign(hanmei, manager, successor=successor), resign(hanmei, successor)
        answers = await asyncio.gather(one, other)
        assert [answer.code for answer in answers] in (["0000", "4001"], ["4008", "0000"])
    assert not await Department.filter(manager__status=EmployeeStatus.RESIGNED).exists()


async def resign(caller: Caller, name: str, *, successor: str | None = None, remark: str | None = "Bye.") -> Answer:
    named = {"new_manager_employee_id": (await Employee.get(name=successor)).id} if successor else {}
    employee = await Employee.get(name=name)
    return await caller.call("hr.employees.resign", employee_id=employee.id, remark=remark, **named)


async def manager_of(code: str) -> str:
    return (await Employee.get(manages__code=code)).name


async def roles_of(user_name: str) -> list[str]:
    return sorted(role.role_code for role in await Role.filter(users__user_name=user_name))

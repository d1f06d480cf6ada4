"""hr.employees.transfer"""

import asyncio
from collections.abc import Coroutine

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatus
from kernel import Status
from kernel.identity.models import Api, Button, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    employee, sales = await Employee.get(name="Wang Wei"), await Department.get(code="SA")
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await hanmei.call("hr.employees.transfer", employee_id=employee.id, department_id=sales.id)
    assert as_snapshot(answer, events) == snapshot
    await employee.refresh_from_db()
    assert (employee.department_id, employee.updated_by) == (sales.id, "hanmei")


async def test_to_where_they_are(signed_in: SignedIn):
    """Nothing happens, and a manager needs no successor."""
    liuqing = await signed_in("R_HR_SPECIALIST")
    async with unchanged():
        assert (await transfer(liuqing, "Zhou Hang", to="RD")).code == "0000"


async def test_a_manager_with_a_successor(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """The role goes over with the department, in force on the next request of both."""
    hanmei, zhouhang, wangwei = [await signed_in(name) for name in ("hanmei", "zhouhang", "wangwei")]
    assert [await sees(caller) for caller in (zhouhang, wangwei)] == [22, 1]
    assert as_snapshot(await transfer(hanmei, "Zhou Hang", to="SA", successor="Wang Wei"), events) == snapshot
    assert await manager_of("RD") == "Wang Wei"
    assert await roles_of("zhouhang") == ["R_EMPLOYEE"]
    assert await roles_of("wangwei") == ["R_DEPT_MGR", "R_EMPLOYEE"]
    assert [await sees(caller) for caller in (zhouhang, wangwei)] == [1, 21]


async def test_a_successor_in_probation(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await transfer(hanmei, "Zhou Hang", to="SA", successor="Xie Ting")).code == "0000"
    assert await roles_of("xieting") == ["R_DEPT_MGR", "R_EMPLOYEE"]


async def test_a_manager_without_a_successor(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await transfer(hanmei, "Zhou Hang", to="SA")).code == "4001"


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
async def test_a_manager_with_a_wrong_successor(successor: str | None, signed_in: SignedIn):
    zhou, sales = await Employee.get(name="Zhou Hang"), await Department.get(code="SA")
    named = (await Employee.get(name=successor)).id if successor else 999_999
    await Employee.filter(name="Li Na").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await hanmei.call(
            "hr.employees.transfer", employee_id=zhou.id, department_id=sales.id, new_manager_employee_id=named
        )
    assert answer.code == "4008"


async def test_whoever_names_a_successor_appoints_a_manager(signed_in: SignedIn):
    """And needs the button of that: a specialist could make herself one. Without anything to hand over it is not asked."""
    await Employee.filter(name="Liu Qing").update(department_id=(await Department.get(code="RD")).id)
    liuqing = await signed_in("R_HR_SPECIALIST")
    async with unchanged():
        answer = await transfer(liuqing, "Zhou Hang", to="SA", successor="Liu Qing")
    assert (answer.code, answer.body["msg"]) == ("2202", "You lack: B_HR_DEPT_MANAGER.")
    assert (await transfer(liuqing, "Wang Wei", to="SA", successor="Dai Wen")).code == "0000"


async def test_who_has_resigned_is_not_moved(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for department in ("SA", "RD"):
            answer = await transfer(hanmei, "Shen Gang", to=department)
            assert (answer.code, answer.body["msg"]) == ("4007", "Shen Gang has resigned; rehire them first.")


async def test_two_managers_change_places_at_once(signed_in: SignedIn):
    """They do not wait for one another, each with the department locked that the other one wants."""
    hanmei = await signed_in("R_HR_MANAGER")
    for here, there in [("RD", "SA"), ("SA", "RD"), ("RD", "SA")]:
        one = transfer(hanmei, await manager_of(here), to=there, successor=await member_of(here))
        other = transfer(hanmei, await manager_of(there), to=here, successor=await member_of(there))
        assert await at_once(one, other) == ["0000", "0000"]


async def test_two_managers_who_name_one_another_at_once(signed_in: SignedIn):
    """Each works in what the other one manages. One goes, the other then has no successor, and manages both."""
    hanmei, rd, sales = await signed_in("R_HR_MANAGER"), *[await Department.get(code=code) for code in ("RD", "SA")]
    zhou, yan = await Employee.get(name="Zhou Hang"), await Employee.get(name="Lin Yan")
    for _ in range(3):
        await Employee.filter(id=zhou.id).update(department_id=sales.id)
        await Employee.filter(id=yan.id).update(department_id=rd.id)
        await Department.filter(id=rd.id).update(manager_id=zhou.id)
        await Department.filter(id=sales.id).update(manager_id=yan.id)
        one = transfer(hanmei, "Zhou Hang", to="FI", successor="Lin Yan")
        codes = await at_once(one, transfer(hanmei, "Lin Yan", to="FI", successor="Zhou Hang"))
        assert sorted(codes) == ["0000", "4008"]
        stays = "Lin Yan" if codes[0] == "0000" else "Zhou Hang"
        assert [await manager_of("RD"), await manager_of("SA")] == [stays, stays]


async def test_a_successor_who_leaves_at_the_same_moment(signed_in: SignedIn):
    """Whoever comes first: no department is left to somebody who does not work there."""
    hanmei = await signed_in("R_HR_MANAGER")
    for _ in range(3):
        manager, successor = await manager_of("RD"), await member_of("RD")
        one, other = transfer(hanmei, manager, to="SA", successor=successor), transfer(hanmei, successor, to="SA")
        assert await at_once(one, other) in (["0000", "4001"], ["4008", "0000"])
        assert await Employee.exists(name=await manager_of("RD"), department__code="RD")


async def test_to_nowhere(signed_in: SignedIn):
    """Or to a department that takes nobody on."""
    await Department.filter(code="SA").update(status=Status.DISABLED)
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        assert (await hanmei.call("hr.employees.transfer", employee_id=wang.id)).code == "4000"
        assert (await hanmei.call("hr.employees.transfer", employee_id=wang.id, department_id=None)).code == "4000"
        assert (await transfer(hanmei, "Wang Wei", to="SA")).code == "4000"


async def test_to_a_department_that_is_not_there(signed_in: SignedIn):
    """Never was, or was deleted."""
    sales, wang = await Department.get(code="SA"), await Employee.get(name="Wang Wei")
    await Department.filter(code="SA").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for gone in (sales.id, 999_999):
            answer = await hanmei.call("hr.employees.transfer", employee_id=wang.id, department_id=gone)
            assert answer.code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    """A department manager reaches the department that they manage: neither others' people, nor a place elsewhere."""
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.transfer"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_TRANSFER"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await transfer(zhouhang, "Dai Wen", to="RD")).code == "2208"
        assert (await transfer(zhouhang, "Wang Wei", to="SA")).code == "4002"


async def transfer(caller: Caller, name: str, *, to: str, successor: str | None = None) -> Answer:
    employee, department = await Employee.get(name=name), await Department.get(code=to)
    named = {"new_manager_employee_id": (await Employee.get(name=successor)).id} if successor else {}
    return await caller.call("hr.employees.transfer", employee_id=employee.id, department_id=department.id, **named)


async def at_once(*moves: Coroutine[object, object, Answer]) -> list[str]:
    return [answer.code for answer in await asyncio.gather(*moves)]


async def manager_of(code: str) -> str:
    return (await Employee.get(manages__code=code)).name


async def member_of(code: str) -> str:
    """Somebody who could be the next manager."""
    members = Employee.filter(department__code=code, status=EmployeeStatus.ACTIVE, manages__id__isnull=True)
    return (await members.order_by("id"))[0].name


async def sees(caller: Caller) -> int:
    return (await caller.call("hr.employees.search")).data["total"]


async def roles_of(user_name: str) -> list[str]:
    return sorted(role.role_code for role in await Role.filter(users__user_name=user_name))

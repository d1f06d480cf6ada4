"""hr.departments.appoint_manager"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel.identity.models import Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    answer = await appoint(await signed_in("R_HR_MANAGER"), "RD", "Wang Wei")
    assert as_snapshot(answer, events) == snapshot
    assert await manager_of("RD") == "Wang Wei"
    assert await roles_of("wangwei") == ["R_DEPT_MGR", "R_EMPLOYEE"]
    assert await roles_of("zhouhang") == ["R_EMPLOYEE"]


async def test_nobody(signed_in: SignedIn):
    assert (await appoint(await signed_in("R_HR_MANAGER"), "RD", None)).code == "0000"
    assert await manager_of("RD") is None
    assert await roles_of("zhouhang") == ["R_EMPLOYEE"]
    assert (await appoint(await signed_in("R_HR_MANAGER"), "RD", "Zhou Hang")).code == "0000"
    assert await roles_of("zhouhang") == ["R_DEPT_MGR", "R_EMPLOYEE"]


async def test_who_it_is_already(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await appoint(hanmei, "RD", "Zhou Hang")).code == "0000"


async def test_who_manages_another_department_keeps_the_role(signed_in: SignedIn):
    await Department.create(name="Lab", code="LAB", manager_id=(await Employee.get(name="Zhou Hang")).id)
    await appoint(await signed_in("R_HR_MANAGER"), "RD", "Wang Wei")
    assert await roles_of("zhouhang") == ["R_DEPT_MGR", "R_EMPLOYEE"]


@pytest.mark.parametrize(
    "name", ["Dai Wen", "Shen Gang", None], ids=["of another department", "has resigned", "no row"]
)
async def test_who_does_not_work_there(name: str | None, signed_in: SignedIn):
    hanmei, research = await signed_in("R_HR_MANAGER"), await Department.get(code="RD")
    manager_id = (await Employee.get(name=name)).id if name else 999_999
    async with unchanged():
        answer = await hanmei.call("hr.departments.appoint_manager", department_id=research.id, manager_id=manager_id)
    assert answer.code == "4008"


async def test_wrong_values(signed_in: SignedIn):
    hanmei, research = await signed_in("R_HR_MANAGER"), await Department.get(code="RD")
    async with unchanged():
        answer = await hanmei.call("hr.departments.appoint_manager", department_id=research.id)
        assert (answer.code, answer.wrong_fields) == ("1200", ["managerId"])
        answer = await hanmei.call("hr.departments.appoint_manager", department_id=999_999, manager_id=None)
        assert answer.code == "1101"


async def test_of_several_at_once_the_last_one_manages_and_has_the_role(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    names = ["Wang Wei", "Li Na", "Zhang Lei", "Xu Jie"]
    answers = await asyncio.gather(*(appoint(hanmei, "RD", name) for name in names))
    assert {answer.code for answer in answers} <= {"0000", "2306"}
    managers = {
        employee.name for employee in await Employee.filter(user__roles__role_code="R_DEPT_MGR", department__code="RD")
    }
    assert managers == {await manager_of("RD")}


async def appoint(caller: Caller, code: str, name: str | None) -> Answer:
    department = await Department.get(code=code)
    manager_id = (await Employee.get(name=name)).id if name else None
    return await caller.call("hr.departments.appoint_manager", department_id=department.id, manager_id=manager_id)


async def manager_of(code: str) -> str | None:
    department = await Department.get(code=code).select_related("manager")
    return department.manager.name if department.manager else None


async def roles_of(user_name: str) -> list[str]:
    return sorted(role.role_code for role in await Role.filter(users__user_name=user_name))

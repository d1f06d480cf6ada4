"""hr.employees.regularize"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, EmployeeStatus, EmployeeStatusLog
from kernel.identity.models import Api, Button, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await regularize(hanmei, "Xie Ting", remark="Well done."), events) == snapshot
    employee = await Employee.get(name="Xie Ting")
    assert (employee.status, employee.updated_by) == (EmployeeStatus.ACTIVE, "hanmei")
    step = await EmployeeStatusLog.get(employee_id=employee.id)
    assert (step.from_status, step.to_status) == (EmployeeStatus.PROBATION, EmployeeStatus.ACTIVE)
    assert (step.remark, step.created_by) == ("Well done.", "hanmei")


@pytest.mark.parametrize("nothing", [{}, {"remark": None}, {"remark": ""}])
async def test_without_a_remark(nothing: dict[str, str | None], signed_in: SignedIn):
    assert (await regularize(await signed_in("R_HR_MANAGER"), "Xie Ting", **nothing)).code == "0000"
    assert (await EmployeeStatusLog.get(employee__name="Xie Ting")).remark is None


@pytest.mark.parametrize("name", ["Wang Wei", "Shen Gang"])
async def test_who_is_not_in_probation(name: str, signed_in: SignedIn):
    """Regularized long ago, or resigned."""
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await regularize(hanmei, name)).code == "4007"


async def test_twice_at_once(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(*(regularize(hanmei, "Xie Ting") for _ in range(5)))
    assert sorted(answer.code for answer in answers) == ["0000", "4007", "4007", "4007", "4007"]
    assert await EmployeeStatusLog.all().count() == 1


async def test_oneself(signed_in: SignedIn):
    await Employee.filter(name="Han Mei").update(status=EmployeeStatus.PROBATION)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await regularize(hanmei, "Han Mei")
    assert (answer.code, answer.body["msg"]) == ("2201", "Nobody decides on their own employment; ask a colleague.")


async def test_wrong_values(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await regularize(hanmei, "Xie Ting", remark="x" * 501)
    assert (answer.code, answer.wrong_fields) == ("1200", ["remark"])


async def test_of_no_row(signed_in: SignedIn):
    """Never was, or was deleted."""
    hanmei, ting = await signed_in("R_HR_MANAGER"), await Employee.get(name="Xie Ting")
    await Employee.filter(id=ting.id).delete()
    async with unchanged():
        for gone in (ting.id, 999_999):
            assert (await hanmei.call("hr.employees.regularize", employee_id=gone)).code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.regularize"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_REGULARIZE"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await regularize(zhouhang, "Fan Li")).code == "2208"
    assert (await regularize(zhouhang, "Xie Ting")).code == "0000"


async def regularize(caller: Caller, name: str, **body: object) -> Answer:
    return await caller.call("hr.employees.regularize", employee_id=(await Employee.get(name=name)).id, **body)

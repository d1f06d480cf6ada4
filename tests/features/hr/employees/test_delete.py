"""hr.employees.delete"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee
from kernel import Status
from kernel.identity.models import Api, Button, Role, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """The row stays, with a mark; to everybody it is gone. The account stays, and stays disabled."""
    gang, hanmei = await Employee.get(name="Shen Gang"), await signed_in("R_HR_MANAGER")
    assert as_snapshot(await delete(hanmei, "Shen Gang"), events) == snapshot
    assert (await hanmei.call("hr.employees.get", employee_id=gang.id)).code == "1101"
    marked = await Employee.with_deleted().get(id=gang.id)
    assert (marked.deleted_at, marked.updated_by) == (NOW, "hanmei")
    assert (await User.get(id=gang.user_id)).status_type == Status.DISABLED


@pytest.mark.parametrize("name", ["Wang Wei", "Xie Ting"])
async def test_who_works_here(name: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await delete(hanmei, name)
    assert (answer.code, answer.body["msg"]) == ("2307", f"Still employed: {name}. They resign first.")


async def test_twice_at_once(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(*(delete(hanmei, "Shen Gang") for _ in range(2)))
    assert sorted(answer.code for answer in answers) == ["0000", "1101"]


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.delete"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_DELETE"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await delete(zhouhang, "Shi Lei")).code == "2208"


async def delete(caller: Caller, name: str) -> Answer:
    return await caller.call("hr.employees.delete", employee_id=(await Employee.get(name=name)).id)

"""hr.departments.delete"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatus
from tests.callers import as_snapshot
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """The row stays, with a mark; to everybody it is gone."""
    legal = await Department.create(name="Legal", code="LE")
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.departments.delete", department_id=legal.id), events) == snapshot
    assert not await Department.exists(id=legal.id)
    marked = await Department.with_deleted().get(id=legal.id)
    assert (marked.deleted_at, marked.updated_by) == (NOW, "hanmei")


async def test_twice_at_once(signed_in: SignedIn):
    legal = await Department.create(name="Legal", code="LE")
    hanmei = await signed_in("R_HR_MANAGER")
    calls = [hanmei.call("hr.departments.delete", department_id=legal.id) for _ in range(2)]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]


async def test_in_use(signed_in: SignedIn):
    """By whoever has resigned too."""
    legal = await Department.create(name="Legal", code="LE")
    await Employee.create(name="Gone", department_id=legal.id, status=EmployeeStatus.RESIGNED)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.departments.delete", department_id=legal.id)).code == "2307"


async def test_while_somebody_is_taken_on_there(signed_in: SignedIn):
    """Whoever comes first: nobody works in a deleted department."""
    hanmei = await signed_in("R_HR_MANAGER")
    for name in ("meili", "haoran", "yutong"):
        legal = await Department.create(name="Legal", code=name)
        answers = await asyncio.gather(
            hanmei.call("hr.departments.delete", department_id=legal.id),
            hanmei.call("hr.employees.onboard", user_name=name, name=name, department_id=legal.id),
        )
        assert [answer.code for answer in answers] in (["0000", "1101"], ["2307", "0000"])


async def test_while_another_is_put_below_it(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    for code in ("A", "B", "C"):
        legal = await Department.create(name="Legal", code=code)
        answers = await asyncio.gather(
            hanmei.call("hr.departments.delete", department_id=legal.id),
            hanmei.call("hr.departments.create", name="Patents", code=f"{code}-1", parent_id=legal.id),
        )
        assert [answer.code for answer in answers] in (["0000", "1101"], ["2307", "0000"])

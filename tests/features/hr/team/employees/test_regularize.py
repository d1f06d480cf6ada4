"""hr.team.employees.regularize"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, EmployeeStatus
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    zhouhang = await signed_in("R_DEPT_MGR")
    assert as_snapshot(await regularize(zhouhang, "Xie Ting", remark="Went well"), events) == snapshot
    xieting = await Employee.get(name="Xie Ting")
    assert (xieting.status, xieting.updated_by) == (EmployeeStatus.ACTIVE, "zhouhang")


@pytest.mark.parametrize("name", ["Wang Wei", "Shen Gang"])
async def test_who_is_not_in_probation(name: str, signed_in: SignedIn) -> None:
    """They are regular already, or have resigned."""
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await regularize(zhouhang, name)).code == "4007"


async def test_nobody_regularizes_themselves(signed_in: SignedIn) -> None:
    """Not even who manages the department in probation."""
    await Employee.filter(name="Zhou Hang").update(status=EmployeeStatus.PROBATION)
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await regularize(zhouhang, "Zhou Hang")).code == "2201"


async def test_of_another_department(signed_in: SignedIn) -> None:
    for caller in ("R_DEPT_MGR", "R_HR_MANAGER"):
        somebody = await signed_in(caller)
        async with unchanged():
            assert (await regularize(somebody, "Fan Li")).code == "4004"


async def test_who_manages_nothing(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    async with unchanged():
        assert (await regularize(soybean, "Xie Ting")).code == "4006"


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await zhouhang.call("hr.team.employees.regularize", employee_id=999_999)).code == "1101"


async def test_twice_at_once(signed_in: SignedIn, events: list[object]) -> None:
    """One wins, and one fact is told."""
    zhouhang = await signed_in("R_DEPT_MGR")
    answers = await asyncio.gather(*(regularize(zhouhang, "Xie Ting") for _ in range(2)))
    assert sorted(answer.code for answer in answers) in (["0000", "2306"], ["0000", "4007"])
    assert [type(event).__name__ for event in events] == ["EmployeeRegularized"]


async def regularize(caller: Caller, name: str, **body: object) -> Answer:
    employee = await Employee.get(name=name)
    return await caller.call("hr.team.employees.regularize", employee_id=employee.id, **body)

"""hr.team.stats"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    zhouhang = await signed_in("R_DEPT_MGR")
    assert as_snapshot(await zhouhang.call("hr.team.stats"), events) == snapshot


async def test_the_deleted_do_not_count(signed_in: SignedIn) -> None:
    await Employee.filter(name__in=["Shen Gang", "Xie Ting"]).delete()
    answer = await (await signed_in("R_DEPT_MGR")).call("hr.team.stats")
    assert (answer.data["total"], answer.data["statusCounts"]) == (20, {"probation": 2, "active": 18, "resigned": 0})


async def test_the_first_of_several_departments(signed_in: SignedIn) -> None:
    zhou = await Employee.get(name="Zhou Hang")
    await Department.filter(code__in=["SA", "HQ"]).update(manager_id=zhou.id)
    answer = await (await signed_in("R_DEPT_MGR")).call("hr.team.stats")
    assert (answer.data["department"]["code"], answer.data["total"]) == ("HQ", 5)


@pytest.mark.parametrize("caller", ["R_SUPER", "R_ADMIN"])
async def test_who_manages_nothing(caller: str, signed_in: SignedIn) -> None:
    somebody = await signed_in(caller)
    async with unchanged():
        assert (await somebody.call("hr.team.stats")).code == "4006"


async def test_costs_two_statements(signed_in: SignedIn, counting: Counting) -> None:
    zhouhang = await signed_in("R_DEPT_MGR")
    await zhouhang.warm()
    with counting() as cost:
        await zhouhang.call("hr.team.stats")
    assert len(cost.statements) == 2

"""hr.my.department"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """In probation and active, oneself too; who has resigned is no colleague."""
    caoning = await signed_in("caoning")
    answer = await caoning.call("hr.my.department")
    assert as_snapshot(answer, events) == snapshot
    assert [each["name"] for each in answer.data] == ["Han Mei", "Liu Qing", "Tang Rui", "Feng Yu", "Cao Ning"]


async def test_wherever_one_works_now(signed_in: SignedIn) -> None:
    """A manager too: what they manage elsewhere is their team."""
    await Employee.filter(name="Zhou Hang").update(department_id=(await Department.get(code="HQ")).id)
    await Employee.filter(name="Chen Jing").delete()
    answer = await (await signed_in("R_DEPT_MGR")).call("hr.my.department")
    assert [each["name"] for each in answer.data] == ["Zhao Min", "Yang Fan", "Wu Xia", "Sun Yi", "Zhou Hang"]


async def test_who_is_no_employee(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    async with unchanged():
        assert (await soybean.call("hr.my.department")).code == "4005"


async def test_costs_three_statements_however_many_they_are(signed_in: SignedIn, counting: Counting) -> None:
    """Who asks, the colleagues, their tags."""
    for name, colleagues in (("caoning", 5), ("wangwei", 21)):
        somebody = await signed_in(name)
        await somebody.warm()
        with counting() as cost:
            assert len((await somebody.call("hr.my.department")).data) == colleagues
        assert len(cost.statements) == 3

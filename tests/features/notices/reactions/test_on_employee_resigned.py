"""notices.reactions.on_employee_resigned"""

from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeResigned
from features.hr.models import Employee
from tests.conftest import SignedIn
from tests.features.notices.facts import about, briefly, hear, told
from tests.state import unchanged


async def test_success(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert await resign(signed_in, "Wang Wei") == "0000"
    assert await told() == snapshot


async def test_of_a_manager_the_successor_is_told(signed_in: SignedIn) -> None:
    assert await resign(signed_in, "Zhou Hang", successor="Wang Wei") == "0000"
    assert briefly(await told()) == ["wangwei appointed", "zhouhang relieved", "wangwei resigned"]


async def test_who_is_gone_themselves_is_not_told(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeResigned, "Zhou Hang"))
    assert await told() == []


async def test_heard_again_it_is_told_once(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeResigned, "Wang Wei"), times=2)
    assert briefly(await told()) == ["zhouhang resigned"]


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """Zhou Hang manages a department and names no successor."""
    async with unchanged(but="sys_session"):
        assert await resign(signed_in, "Zhou Hang") == "4001"


async def resign(signed_in: SignedIn, name: str, *, successor: str | None = None) -> str:
    """The code of the answer."""
    hanmei, employee = await signed_in("R_HR_MANAGER"), await Employee.get(name=name)
    named = {"new_manager_employee_id": (await Employee.get(name=successor)).id} if successor else {}
    answer = await hanmei.call("hr.employees.resign", employee_id=employee.id, remark="Moves away.", **named)
    return answer.code

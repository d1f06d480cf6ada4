"""notices.reactions.on_employee_rehired"""

from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeRehired
from features.hr.models import Employee
from tests.conftest import SignedIn
from tests.features.notices.facts import about, briefly, hear, told
from tests.state import unchanged


async def test_success(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert await rehire(signed_in, "Shen Gang") == "0000"
    assert await told() == snapshot


async def test_heard_again_it_is_told_once(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeRehired, "Shen Gang"), times=2)
    assert briefly(await told()) == ["shengang rehired", "zhouhang rehired"]


async def test_who_manages_the_department_by_now_is_told_as_who_came_back(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeRehired, "Zhou Hang"))
    (notice,) = await told()
    assert (briefly([notice]), notice["title"]) == (["zhouhang rehired"], "Welcome back, Zhou Hang")


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """Wang Wei never left."""
    async with unchanged(but="sys_session"):
        assert await rehire(signed_in, "Wang Wei") == "4007"


async def rehire(signed_in: SignedIn, name: str) -> str:
    """The code of the answer."""
    hanmei, employee = await signed_in("R_HR_MANAGER"), await Employee.get(name=name)
    return (await hanmei.call("hr.employees.rehire", employee_id=employee.id)).code

"""notices.reactions.on_department_manager_changed"""

from syrupy.assertion import SnapshotAssertion

from features.hr.events import DepartmentManagerChanged
from features.hr.models import Department, Employee
from tests.conftest import SignedIn
from tests.features.notices.facts import briefly, hear, told
from tests.state import unchanged


async def test_success(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert await appoint(signed_in, "Wang Wei") == "0000"
    assert await told() == snapshot


async def test_nobody_is_appointed_and_there_was_nobody(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert await appoint(signed_in, None) == "0000"
    assert await appoint(signed_in, "Zhou Hang") == "0000"
    assert await told() == snapshot


async def test_heard_again_it_is_told_once(signed_in: SignedIn) -> None:
    """Whoever has no account is told nothing, and named all the same."""
    zhou = await Employee.get(name="Zhou Hang")
    changed = DepartmentManagerChanged(
        department_id=zhou.department_id,
        department_name="Research and Development",
        former_manager_id=zhou.id,
        former_manager_user_id=zhou.user_id,
        new_manager_id=999,
        new_manager_name="Robin",
        new_manager_user_id=None,
    )
    await hear(changed, times=2)
    (notice,) = await told()
    assert briefly([notice]) == ["zhouhang relieved"]
    assert notice["content"] == "Robin manages Research and Development from now on."


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """Dai Wen works elsewhere. And Zhou Hang is the manager already."""
    async with unchanged(but="sys_session"):
        assert await appoint(signed_in, "Dai Wen") == "4008"
        assert await appoint(signed_in, "Zhou Hang") == "0000"


async def appoint(signed_in: SignedIn, name: str | None) -> str:
    """The code of the answer."""
    hanmei, research = await signed_in("R_HR_MANAGER"), await Department.get(code="RD")
    manager_id = (await Employee.get(name=name)).id if name else None
    answer = await hanmei.call("hr.departments.appoint_manager", department_id=research.id, manager_id=manager_id)
    return answer.code

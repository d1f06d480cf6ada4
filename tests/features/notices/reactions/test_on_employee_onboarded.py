"""notices.reactions.on_employee_onboarded"""

from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeOnboarded
from features.hr.models import Department
from tests.callers import Answer
from tests.conftest import SignedIn
from tests.features.notices.facts import about, briefly, hear, told
from tests.state import unchanged


async def test_success(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert (await onboard(signed_in, "lilei")).code == "0000"
    assert await told() == snapshot


async def test_heard_again_it_is_told_once(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeOnboarded, "Wang Wei"), times=2)
    assert briefly(await told()) == ["wangwei welcome", "zhouhang joined"]


async def test_who_manages_the_department_by_now_is_welcomed_only(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeOnboarded, "Zhou Hang"))
    assert briefly(await told()) == ["zhouhang welcome"]


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """The name is taken: the unique index says so when the transaction is well under way."""
    async with unchanged(but="sys_session"):
        assert (await onboard(signed_in, "wangwei")).code == "2304"


async def onboard(signed_in: SignedIn, user_name: str) -> Answer:
    hanmei, sales = await signed_in("R_HR_MANAGER"), await Department.get(code="SA")
    return await hanmei.call("hr.employees.onboard", user_name=user_name, name="Li Lei", department_id=sales.id)

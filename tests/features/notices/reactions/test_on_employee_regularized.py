"""notices.reactions.on_employee_regularized"""

from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeRegularized
from features.hr.models import Employee
from tests.conftest import SignedIn
from tests.features.notices.facts import about, briefly, hear, told
from tests.state import unchanged


async def test_success(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert await regularize(signed_in, "Xie Ting") == "0000"
    assert await told() == snapshot


async def test_heard_again_it_is_told_once(signed_in: SignedIn) -> None:
    await hear(await about(EmployeeRegularized, "Xie Ting"), times=2)
    assert briefly(await told()) == ["xieting regularized"]


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """Wang Wei is not in probation."""
    async with unchanged(but="sys_session"):
        assert await regularize(signed_in, "Wang Wei") == "4007"


async def regularize(signed_in: SignedIn, name: str) -> str:
    """The code of the answer."""
    hanmei, employee = await signed_in("R_HR_MANAGER"), await Employee.get(name=name)
    return (await hanmei.call("hr.employees.regularize", employee_id=employee.id)).code

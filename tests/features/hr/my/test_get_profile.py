"""hr.my.get_profile"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    assert as_snapshot(await wangwei.call("hr.my.get_profile"), events) == snapshot


@pytest.mark.parametrize("caller", ["R_SUPER", "wangwei"])
async def test_who_is_no_employee(caller: str, signed_in: SignedIn) -> None:
    """Never was, or is on file no longer."""
    if caller == "wangwei":
        await Employee.filter(name="Wang Wei").delete()
    somebody = await signed_in(caller)
    async with unchanged():
        assert (await somebody.call("hr.my.get_profile")).code == "4005"


async def test_costs_three_statements(signed_in: SignedIn, counting: Counting) -> None:
    """Who it is, what is on file, the tags."""
    wangwei = await signed_in("R_EMPLOYEE")
    await wangwei.warm()
    with counting() as cost:
        await wangwei.call("hr.my.get_profile")
    assert len(cost.statements) == 3

"""hr.departments.get"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei, rd = await signed_in("R_HR_MANAGER"), await Department.get(code="RD")
    assert as_snapshot(await hanmei.call("hr.departments.get", department_id=rd.id), events) == snapshot


async def test_costs_one_statement(signed_in: SignedIn, counting: Counting):
    hanmei, rd = await signed_in("R_HR_MANAGER"), await Department.get(code="RD")
    await hanmei.warm()
    with counting() as cost:
        await hanmei.call("hr.departments.get", department_id=rd.id)
    assert len(cost.statements) == 1

"""hr.departments.stats"""

from typing import Any

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await hanmei.call("hr.departments.stats")
    assert as_snapshot(answer, events) == snapshot
    assert sum(each["employeeCount"] for each in answer.data) == 60


async def test_a_new_department_is_empty(signed_in: SignedIn):
    await Department.create(name="Legal", code="LE", order=99)
    legal = (await stats(signed_in))["LE"]
    assert (legal["managerName"], legal["employeeCount"]) == (None, 0)


async def test_the_deleted_do_not_count(signed_in: SignedIn):
    await Employee.filter(name__in=["Zhou Hang", "Wang Wei"]).delete()
    await Department.filter(code="HR").delete()
    found = await stats(signed_in)
    assert (found["RD"]["managerName"], found["RD"]["employeeCount"]) == (None, 20)
    assert "HR" not in found


async def test_costs_one_statement(signed_in: SignedIn, counting: Counting):
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    with counting() as cost:
        await hanmei.call("hr.departments.stats")
    assert len(cost.statements) == 1


async def stats(signed_in: SignedIn) -> dict[str, dict[str, Any]]:
    hanmei = await signed_in("R_HR_MANAGER")
    return {each["code"]: each for each in (await hanmei.call("hr.departments.stats")).data}

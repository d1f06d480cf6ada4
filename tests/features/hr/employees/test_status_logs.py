"""hr.employees.status_logs"""

from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatusLog
from kernel import clock
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, Counting, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """Newest first; the last of them, with which it began, comes from nothing. Each says who took it."""
    hanmei, liuqing = await signed_in("R_HR_MANAGER"), await signed_in("R_HR_SPECIALIST")
    rd = await Department.get(code="RD")
    await liuqing.call("hr.employees.onboard", user_name="meili", name="Mei Li", department_id=rd.id)
    mei = await Employee.get(name="Mei Li")
    steps = [
        (hanmei, "regularize", "Well done."),
        (hanmei, "resign", "Moves."),
        (liuqing, "rehire", None),
    ]
    for hours, (caller, verb, remark) in enumerate(steps, start=1):
        with clock.frozen(NOW + timedelta(hours=hours)):
            assert (await caller.call(f"hr.employees.{verb}", employee_id=mei.id, remark=remark)).code == "0000"
    events.clear()
    assert as_snapshot(await logs(hanmei, "Mei Li"), events) == snapshot


async def test_of_somebody_who_stayed_what_they_were(signed_in: SignedIn):
    assert (await logs(await signed_in("R_HR_MANAGER"), "Wang Wei")).data == []


async def test_within_the_scope_of_the_caller(signed_in: SignedIn):
    """What lies outside is as if it were not there."""
    for name in ("Wang Wei", "Li Na", "Dai Wen"):
        employee = await Employee.get(name=name)
        await EmployeeStatusLog.record(employee, None, employee.status)
    reached = {
        role: [len(answer.data) if answer.code == "0000" else answer.code for answer in await of_three(caller)]
        for role, caller in {each: await signed_in(each) for each in ("liuqing", "zhouhang", "wangwei")}.items()
    }
    assert reached == {"liuqing": [1, 1, 1], "zhouhang": [1, 1, "1101"], "wangwei": [1, "1101", "1101"]}


async def test_of_no_row(signed_in: SignedIn):
    """Never was, or was deleted."""
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    await EmployeeStatusLog.record(wang, None, wang.status)
    await Employee.filter(id=wang.id).delete()
    async with unchanged():
        for gone in (wang.id, 999_999):
            assert (await hanmei.call("hr.employees.status_logs", employee_id=gone)).code == "1101"


async def test_costs_two_statements(signed_in: SignedIn, counting: Counting):
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    for _ in range(20):
        await EmployeeStatusLog.record(wang, None, wang.status)
    await hanmei.warm()
    with counting() as cost:
        assert len((await hanmei.call("hr.employees.status_logs", employee_id=wang.id)).data) == 20
    assert len(cost.statements) == 2


async def logs(caller: Caller, name: str) -> Answer:
    return await caller.call("hr.employees.status_logs", employee_id=(await Employee.get(name=name)).id)


async def of_three(caller: Caller) -> list[Answer]:
    return [await logs(caller, name) for name in ("Wang Wei", "Li Na", "Dai Wen")]

"""The rules of employment that several slices share."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from features.hr.codes import HrCode
from features.hr.employment import hand_over_departments, refuse_departments_in_use
from features.hr.events import DepartmentManagerChanged
from features.hr.models import AT_WORK, Department, Employee, EmployeeStatus, EmployeeStatusLog
from kernel import Actor, Code, Refusal, Status, transaction
from kernel.context import set_actor
from kernel.identity.models import User
from tests.callers import Caller
from tests.conftest import SignedIn
from tests.state import unchanged


@pytest.fixture(autouse=True)
def by_somebody_who_may(app: FastAPI) -> Iterator[None]:
    """Who may appoint managers. That others may not is said by the tests of the use cases."""
    set_actor(Actor(user_id=1, user_name="Soybean", is_super=True))
    yield
    set_actor(None)


async def test_hands_over_every_department(events: list[object]):
    zhou, wang = await person("zhouhang"), await person("wangwei")
    await hand_over(zhou, to=wang.id)
    rd = await Department.get(code="RD")
    assert rd.manager_id == wang.id
    assert await managers() == ["hanmei", "jianing", "linyan", "wangwei", "zhaomin", "zouheng"]
    assert events == [
        DepartmentManagerChanged(
            department_id=rd.id,
            department_name="Research and Development",
            former_manager_id=zhou.id,
            former_manager_user_id=zhou.user_id,
            new_manager_id=wang.id,
            new_manager_name="Wang Wei",
            new_manager_user_id=wang.user_id,
        )
    ]


async def test_who_manages_nothing_hands_over_nothing():
    async with unchanged():
        await hand_over(await person("wangwei"), to=None)
        await hand_over(await person("lina"), to=(await person("daiwen")).id)


async def test_without_a_successor():
    async with unchanged():
        with pytest.raises(Refusal) as refused:
            await hand_over(await person("zhouhang"), to=None)
    assert refused.value.code == HrCode.MANAGER_REQUIRED
    assert refused.value.message == "Zhou Hang manages Research and Development; name a new manager."


@pytest.mark.parametrize("successor", ["zhouhang", "daiwen", "shengang"])
async def test_a_successor_who_does_not_work_there(successor: str):
    """Themselves; somebody of Sales; somebody who has resigned."""
    async with unchanged():
        with pytest.raises(Refusal) as refused:
            await hand_over(await person("zhouhang"), to=(await person(successor)).id)
    assert refused.value.code == HrCode.MANAGER_INVALID


async def test_of_two_departments_both_or_none():
    """Wang Wei works in one of the two, so they get neither."""
    zhou, wang = await person("zhouhang"), await person("wangwei")
    await Department.create(name="Lab", code="LAB", manager_id=zhou.id)
    async with unchanged():
        with pytest.raises(Refusal) as refused:
            await hand_over(zhou, to=wang.id)
    assert (refused.value.code, refused.value.message) == (
        HrCode.MANAGER_INVALID,
        "The new manager is not an active member of Lab.",
    )


async def test_people_without_an_account(events: list[object]):
    """They manage and hand over as everybody does; there is nobody to give the role to."""
    lab = await Department.create(name="Lab", code="LAB")
    old, new = [await Employee.create(name=name, department_id=lab.id) for name in ("Old", "New")]
    await Department.filter(id=lab.id).update(manager_id=old.id)
    before = await managers()
    await hand_over(old, to=new.id)
    assert ((await Department.get(id=lab.id)).manager_id, len(events)) == (new.id, 1)
    assert await managers() == before


async def test_an_empty_department_is_not_in_use():
    lab = await Department.create(name="Lab", code="LAB")
    await (await Employee.create(name="Gone", department_id=lab.id)).delete()
    await (await Department.create(name="Bench", code="BENCH", parent_id=lab.id)).delete()
    await refuse_departments_in_use([lab.id])


@pytest.mark.parametrize("status", list(EmployeeStatus))
async def test_a_department_with_somebody_on_file_is_in_use(status: EmployeeStatus):
    lab = await Department.create(name="Lab", code="LAB")
    await Employee.create(name="Somebody", department_id=lab.id, status=status)
    with pytest.raises(Refusal) as refused:
        await refuse_departments_in_use([lab.id])
    assert refused.value.code == Code.IN_USE


async def test_a_department_above_others_is_in_use_unless_they_are_named_too():
    lab = await Department.create(name="Lab", code="LAB")
    bench = await Department.create(name="Bench", code="BENCH", parent_id=lab.id)
    await refuse_departments_in_use([lab.id, bench.id])
    with pytest.raises(Refusal) as refused:
        await refuse_departments_in_use([lab.id])
    assert refused.value.code == Code.IN_USE


async def hand_over(employee: Employee, *, to: int | None) -> None:
    async with transaction(__name__):
        await hand_over_departments(employee, to=to)


async def person(user_name: str) -> Employee:
    return await Employee.get(user__user_name=user_name)


async def managers() -> list[str]:
    """Who holds the role of a department manager."""
    return sorted(user.user_name for user in await User.filter(roles__role_code="R_DEPT_MGR"))


async def test_two_hundred_steps_at_once(signed_in: SignedIn):
    """Of twenty people, in any order: each begins where the one before ended, none is lost, none is written twice."""
    hanmei, dice = await signed_in("R_HR_MANAGER"), random.Random(7)
    people = await Employee.filter(manages__id__isnull=True, department__code__in=["RD", "FI"]).order_by("id").limit(20)
    begun = {employee.id: employee.status for employee in people}
    assert len(begun) == 20
    calls = [
        (employee.id, verb)
        for employee in people
        for verb in ("regularize", "resign", "rehire", "resign", "rehire") * 2
    ]
    dice.shuffle(calls)
    codes = Counter(await asyncio.gather(*(asked(hanmei, employee_id, verb) for employee_id, verb in calls)))
    assert codes.keys() == {"0000", "4007"}
    assert codes["0000"] == await EmployeeStatusLog.filter(employee_id__in=list(begun)).count()
    for employee_id, status in begun.items():
        for step in await EmployeeStatusLog.filter(employee_id=employee_id).order_by("id"):
            assert step.from_status == status
            assert step.to_status in Employee.lifecycle.targets(status)
            status = step.to_status
        employee = await Employee.get(id=employee_id)
        user = await User.get(id=employee.user_id)
        assert (employee.status, user.status_type == Status.ENABLED) == (status, status in AT_WORK)


async def asked(caller: Caller, employee_id: int, verb: str) -> str:
    """What it is answered with; on a slow machine some wait too long for their turn (1004), and ask again."""
    code = "1004"
    while code == "1004":
        code = (await caller.call(f"hr.employees.{verb}", employee_id=employee_id, remark="At once.")).code
    return code

"""notices.reactions.keep_department_managers"""

from features.hr.models import Department as HrDepartment
from features.hr.models import Employee
from features.notices.models import Department
from tests.conftest import SignedIn


async def test_it_knows_the_managers_of_before(signed_in: SignedIn) -> None:
    """The demo company came into being without a word; HR has told its present state since."""
    assert await kept() == await managers()
    assert len(await kept()) == 6


async def test_it_follows_hr(signed_in: SignedIn) -> None:
    hanmei, research = await signed_in("R_HR_MANAGER"), await HrDepartment.get(code="RD")
    for name in ("Wang Wei", None, "Zhou Hang"):
        manager_id = (await Employee.get(name=name)).id if name else None
        await hanmei.call("hr.departments.appoint_manager", department_id=research.id, manager_id=manager_id)
        assert await kept() == await managers()


async def test_of_a_department_that_it_has_never_heard_of(signed_in: SignedIn) -> None:
    hanmei, lab = await signed_in("R_HR_MANAGER"), await HrDepartment.create(name="Lab", code="LAB")
    wangwei = await Employee.get(name="Wang Wei")
    await hanmei.call("hr.employees.transfer", employee_id=wangwei.id, department_id=lab.id)
    await hanmei.call("hr.departments.appoint_manager", department_id=lab.id, manager_id=wangwei.id)
    assert (await kept())[lab.id] == wangwei.user_id
    assert await kept() == await managers()


async def kept() -> dict[int, int | None]:
    return {each.department_id: each.manager_user_id for each in await Department.all()}


async def managers() -> dict[int, int | None]:
    """The users who manage departments, as HR has it."""
    departments = await HrDepartment.all().select_related("manager")
    return {each.id: each.manager.user_id if each.manager else None for each in departments}

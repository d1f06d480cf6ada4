"""notices.reactions.on_employee_transferred"""

from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeTransferred
from features.hr.models import Department, Employee
from tests.conftest import SignedIn
from tests.features.notices.facts import about, briefly, hear, told
from tests.state import unchanged


async def test_success(signed_in: SignedIn, snapshot: SnapshotAssertion) -> None:
    assert await transfer(signed_in, "Wang Wei", "SA") == "0000"
    assert await told() == snapshot


async def test_a_manager_who_leaves_is_told_of_it_as_who_left(signed_in: SignedIn) -> None:
    """And their successor as the department's manager: they are that by then."""
    assert await transfer(signed_in, "Zhou Hang", "SA", successor="Wang Wei") == "0000"
    assert sorted(briefly(await told())) == [
        "linyan transferred",
        "wangwei appointed",
        "wangwei transferred",
        "zhouhang relieved",
        "zhouhang transferred",
    ]


async def test_who_manages_both_departments_is_told_once(signed_in: SignedIn) -> None:
    research, linyan = await Department.get(code="RD"), await Employee.get(name="Lin Yan")
    moved = await about(
        EmployeeTransferred,
        "Dai Wen",
        from_department_id=research.id,
        from_department_name=research.name,
        from_manager_user_id=linyan.user_id,
    )
    assert moved.manager_user_id == linyan.user_id
    await hear(moved, times=2)
    assert briefly(await told()) == ["daiwen transferred", "linyan transferred"]


async def test_nobody_is_told_of_a_move_to_where_one_is(signed_in: SignedIn) -> None:
    async with unchanged(but="sys_session"):
        assert await transfer(signed_in, "Wang Wei", "RD") == "0000"


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """Zhou Hang manages a department and names no successor."""
    async with unchanged(but="sys_session"):
        assert await transfer(signed_in, "Zhou Hang", "SA") == "4001"


async def transfer(signed_in: SignedIn, name: str, code: str, *, successor: str | None = None) -> str:
    """The code of the answer."""
    hanmei, employee = await signed_in("R_HR_MANAGER"), await Employee.get(name=name)
    arguments = {"employee_id": employee.id, "department_id": (await Department.get(code=code)).id}
    if successor:
        arguments["new_manager_employee_id"] = (await Employee.get(name=successor)).id
    return (await hanmei.call("hr.employees.transfer", **arguments)).code

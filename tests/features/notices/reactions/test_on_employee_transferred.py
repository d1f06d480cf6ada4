"""notices.reactions.on_employee_transferred"""

from structlog.testing import capture_logs
from structlog.typing import EventDict

from features.hr.models import Department, Employee
from kernel.ids import public_id
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn) -> None:
    employee, sales = await Employee.get(name="Wang Wei"), await Department.get(code="SA")
    assert await transfer(signed_in, "Wang Wei", "SA") == (
        "0000",
        [
            {
                "event": "employee transferred",
                "log_level": "info",
                "employee_id": public_id(Employee, employee.id),
                "from_department_id": public_id(Department, employee.department_id),
                "to_department_id": public_id(Department, sales.id),
            }
        ],
    )


async def test_nobody_is_told_of_a_move_to_where_one_is(signed_in: SignedIn) -> None:
    assert await transfer(signed_in, "Wang Wei", "RD") == ("0000", [])


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """Zhou Hang manages a department and names no successor."""
    assert await transfer(signed_in, "Zhou Hang", "SA") == ("4001", [])


async def transfer(signed_in: SignedIn, name: str, code: str) -> tuple[str, list[EventDict]]:
    """The code of the answer, and what was told of a move."""
    hanmei, employee, department = (
        await signed_in("R_HR_MANAGER"),
        await Employee.get(name=name),
        await Department.get(code=code),
    )
    with capture_logs() as lines:
        answer = await hanmei.call("hr.employees.transfer", employee_id=employee.id, department_id=department.id)
    return answer.code, [line for line in lines if line["event"] == "employee transferred"]

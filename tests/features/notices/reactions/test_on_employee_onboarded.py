"""notices.reactions.on_employee_onboarded"""

from structlog.testing import capture_logs
from structlog.typing import EventDict

from features.hr.models import Department
from kernel.ids import public_id
from tests.callers import Answer
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn) -> None:
    answer, told = await onboard(signed_in, "lilei")
    assert told == [
        {
            "event": "employee onboarded",
            "log_level": "info",
            "employee_id": answer.data["employeeId"],
            "department_id": public_id(Department, (await Department.get(code="SA")).id),
        }
    ]


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """The name is taken: the unique index says so when the transaction is well under way."""
    async with unchanged(but="sys_session"):
        answer, told = await onboard(signed_in, "wangwei")
    assert (answer.code, told) == ("2304", [])


async def onboard(signed_in: SignedIn, user_name: str) -> tuple[Answer, list[EventDict]]:
    """The answer, and what was told of somebody who joined."""
    hanmei, sales = await signed_in("R_HR_MANAGER"), await Department.get(code="SA")
    with capture_logs() as lines:
        answer = await hanmei.call("hr.employees.onboard", user_name=user_name, name="Li Lei", department_id=sales.id)
    return answer, [line for line in lines if line["event"] == "employee onboarded"]

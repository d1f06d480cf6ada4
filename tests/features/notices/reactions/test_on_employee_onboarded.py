"""notices.reactions.on_employee_onboarded"""

from structlog.testing import capture_logs

from features.hr.models import Department, Employee
from kernel.ids import encode
from tests.conftest import SignedIn

URL = "/api/v1/business/hr/employees"


async def test_success(signed_in: SignedIn) -> None:
    sales = await Department.get(code="SA")
    hanmei = await signed_in("R_HR_MANAGER")
    with capture_logs() as lines:
        answer = await hanmei.post(URL, json={"userName": "lilei", "name": "Li Lei", "departmentId": encode(sales.id)})
    told = [line for line in lines if line["event"] == "employee onboarded"]
    assert told == [
        {
            "event": "employee onboarded",
            "log_level": "info",
            "employee_id": answer.json()["data"]["employeeId"],
            "department_id": encode(sales.id),
        }
    ]


async def test_nobody_is_told_of_what_was_refused(signed_in: SignedIn) -> None:
    """The name is taken: the unique index says so when the transaction is well under way."""
    sales = await Department.get(code="SA")
    before = await Employee.all().count()
    hanmei = await signed_in("R_HR_MANAGER")
    with capture_logs() as lines:
        answer = await hanmei.post(
            URL, json={"userName": "wangwei", "name": "Wang Wei", "departmentId": encode(sales.id)}
        )
    assert answer.json()["code"] == "2304"
    assert await Employee.all().count() == before
    assert "employee onboarded" not in [line["event"] for line in lines]

"""Welcome who joined, and tell the manager of their department."""

from features.hr.events import EmployeeOnboarded
from features.notices.inbox import put
from features.notices.models import NoticeKind
from kernel import on


@on(EmployeeOnboarded, retold=False)
async def tell(event: EmployeeOnboarded) -> None:
    name, department = event.name, event.department_name
    await put(
        [event.user_id],
        NoticeKind.WELCOME,
        f"Welcome, {name}",
        f"You work in {department} from now on, at first in probation.",
    )
    await put(
        {event.manager_user_id} - {event.user_id},
        NoticeKind.JOINED,
        f"{name} joined {department}",
        f"{name} works in {department} from now on, at first in probation.",
    )

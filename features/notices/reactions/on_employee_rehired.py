"""Welcome who came back, and tell the manager of their department."""

from features.hr.events import EmployeeRehired
from features.notices.inbox import put
from features.notices.models import NoticeKind
from kernel import on


@on(EmployeeRehired, retold=False)
async def tell(event: EmployeeRehired) -> None:
    name, department = event.name, event.department_name
    await put(
        [event.user_id],
        NoticeKind.REHIRED,
        f"Welcome back, {name}",
        f"You work in {department} again, at first in probation.",
    )
    await put(
        {event.manager_user_id} - {event.user_id},
        NoticeKind.REHIRED,
        f"{name} is back in {department}",
        f"{name} works in {department} again, at first in probation.",
    )

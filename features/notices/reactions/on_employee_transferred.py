"""Tell who moved to another department, and those who manage the one and the other."""

from features.hr.events import EmployeeTransferred
from features.notices.inbox import put
from features.notices.models import NoticeKind
from kernel import on


@on(EmployeeTransferred, retold=False)
async def tell(event: EmployeeTransferred) -> None:
    name, here, there = event.name, event.from_department_name, event.department_name
    await put(
        [event.user_id],
        NoticeKind.TRANSFERRED,
        f"You moved to {there}",
        f"You work in {there} from now on, no longer in {here}.",
    )
    await put(
        {event.from_manager_user_id, event.manager_user_id} - {event.user_id},
        NoticeKind.TRANSFERRED,
        f"{name} moved to {there}",
        f"{name} works in {there} from now on, no longer in {here}.",
    )

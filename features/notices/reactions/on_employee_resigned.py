"""Tell the manager of their department that somebody left, who cannot sign in any more to read it themselves."""

from features.hr.events import EmployeeResigned
from features.notices.inbox import put
from features.notices.models import NoticeKind
from kernel import on


@on(EmployeeResigned, retold=False)
async def tell(event: EmployeeResigned) -> None:
    name, department = event.name, event.department_name
    await put(
        {event.manager_user_id} - {event.user_id},
        NoticeKind.RESIGNED,
        f"{name} has resigned",
        f"{name} no longer works in {department}.",
    )

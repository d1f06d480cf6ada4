"""Tell who manages a department from now on, and who no longer does."""

from features.hr.events import DepartmentManagerChanged
from features.notices.inbox import put
from features.notices.models import NoticeKind
from kernel import on


@on(DepartmentManagerChanged, retold=False)
async def tell(event: DepartmentManagerChanged) -> None:
    department = event.department_name
    await put(
        [event.new_manager_user_id],
        NoticeKind.APPOINTED,
        f"You manage {department}",
        f"You are the manager of {department} from now on.",
    )
    await put(
        [event.former_manager_user_id],
        NoticeKind.RELIEVED,
        f"You no longer manage {department}",
        f"{event.new_manager_name or 'Nobody'} manages {department} from now on.",
    )

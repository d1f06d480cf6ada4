"""Tell who has passed their probation."""

from features.hr.events import EmployeeRegularized
from features.notices.inbox import put
from features.notices.models import NoticeKind
from kernel import on


@on(EmployeeRegularized, retold=False)
async def tell(event: EmployeeRegularized) -> None:
    await put(
        [event.user_id],
        NoticeKind.REGULARIZED,
        "You have passed your probation",
        f"You work in {event.department_name} for good.",
    )

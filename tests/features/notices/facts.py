"""Facts as notices hears them, and what it tells of them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from features.hr.employment import facts_of
from features.hr.events import EmployeeFact
from features.hr.models import Employee
from features.notices.models import Notice
from kernel import emit, now, transaction
from kernel.unit_of_work.delivery import catch_up
from kernel.unit_of_work.models import DeliveryState, EventDelivery

F = TypeVar("F", bound=EmployeeFact)


async def about(fact: type[F], name: str, **more: Any) -> F:
    """Such a fact about the employee of this name, as HR tells it."""
    return fact(**await facts_of(await Employee.get(name=name)) | more)


async def hear(fact: object, *, times: int = 1) -> None:
    """Let it be heard, and again, as happens where it could not be noted that it was."""
    async with transaction(__name__):
        emit(fact)
    await ensure_heard()
    for _ in range(times - 1):
        await hear_again()


async def hear_again() -> None:
    """What was heard last."""
    last = await EventDelivery.all().order_by("-id").first()
    assert last
    await EventDelivery.filter(event_id=last.event_id).update(state=DeliveryState.PENDING, due_at=now())
    assert await catch_up()
    await ensure_heard()


async def ensure_heard() -> None:
    """Every reaction has succeeded."""
    assert [each.error for each in await EventDelivery.exclude(state=DeliveryState.DONE)] == []


async def told() -> list[dict[str, str]]:
    """Who was told what, in order."""
    notices = await Notice.all().order_by("id").select_related("user")
    return [
        {"to": notice.user.user_name, "kind": notice.kind.value, "title": notice.title, "content": notice.content}
        for notice in notices
    ]


def briefly(notices: Sequence[dict[str, str]]) -> list[str]:
    """Who was told of what kind of thing: `linyan joined`."""
    return [f"{notice['to']} {notice['kind']}" for notice in notices]

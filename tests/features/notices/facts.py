"""Facts as notices hears them, and what it tells of them."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from features.hr.events import EmployeeFact
from features.hr.models import Employee
from features.notices.models import Notice
from kernel import transaction
from kernel.unit_of_work.events import at_hand, reactions_to

F = TypeVar("F", bound=EmployeeFact)


async def about(fact: type[F], name: str, **more: Any) -> F:
    """Such a fact about the employee of this name, as HR tells it."""
    employee = await Employee.get(name=name)
    return fact(**employee.facts(await employee.department), **more)


async def hear(fact: object, *, times: int = 1) -> None:
    """Let notices hear the fact, several times if it is delivered so."""
    at_hand.set(UUID(int=1))
    for _ in range(times):
        for reaction in reactions_to(type(fact)):
            if reaction.__module__.startswith("features.notices."):
                async with transaction(reaction.__module__):
                    await reaction(fact)


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

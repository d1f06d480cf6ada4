"""hr.reactions.outdate_figures"""

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from features.hr import events as facts
from features.hr.figures import KEPT_SECONDS
from features.hr.models import Department, Employee
from features.hr.reactions.outdate_figures import outdate_figures
from kernel import emit, transaction
from kernel.redis import redis
from kernel.unit_of_work.events import event_name, reaction_to
from tests.callers import Caller
from tests.conftest import Counting, SignedIn
from tests.state import requesting

FACTS = [each for name, each in vars(facts).items() if is_dataclass(each) and not name.endswith("Fact")]


async def figures(caller: Caller) -> list[Any]:
    """The statistics of departments, and the showcase."""
    return [(await caller.call(name)).data for name in ("hr.departments.stats", "hr.public.showcase")]


async def cost_of(caller: Caller, counting: Counting) -> int:
    """In statements, of both."""
    with counting() as cost:
        await figures(caller)
    return len(cost.statements)


@pytest.mark.parametrize("fact", FACTS)
async def test_every_fact_outdates_them(fact: type[Any], signed_in: SignedIn, counting: Counting) -> None:
    """A fact that is added is listened to as well, or says here why not."""
    reaction = reaction_to(event_name(fact), "hr.outdate_figures")
    assert reaction, "it does not react to it"
    assert reaction.handler is outdate_figures
    hanmei = await signed_in("R_HR_MANAGER")
    await figures(hanmei)
    assert await cost_of(hanmei, counting) == 0
    with requesting():  # as a use case does: what a test writes itself is forgotten without it
        async with transaction(__name__):
            emit(fact(**{field.name: "x" if field.type in (str, str | None) else 1 for field in fields(fact)}))
    assert await cost_of(hanmei, counting) == 1 + 3


async def test_two_callers(signed_in: SignedIn) -> None:
    """What one of them does, the other one is shown: from the next answer on, both as kept and as counted."""
    hanmei, liuqing = await signed_in("R_HR_MANAGER"), await signed_in("R_HR_SPECIALIST")
    wang = await Employee.get(name="Wang Wei")
    steps: list[tuple[str, dict[str, Any], dict[str, int]]] = [
        ("hr.departments.create", {"name": "Legal", "code": "LE"}, {"LE": 0}),
        ("hr.employees.transfer", {"employee_id": wang.id, "department_id": "Legal"}, {"LE": 1, "RD": 21}),
        ("hr.employees.onboard", {"user_name": "lilei", "name": "Li Lei", "department_id": "Legal"}, {"LE": 2}),
        ("hr.departments.update", {"department_id": "Legal", "code": "LAW"}, {"LAW": 2}),
    ]
    for name, arguments, expected in steps:
        legal = await Department.get_or_none(name="Legal")
        sent = {key: legal.id if legal and key == "department_id" else value for key, value in arguments.items()}
        assert (await hanmei.call(name, **sent)).code == "0000"
        for _ in range(2):
            stats, shown = await figures(liuqing)
            for each in (stats, shown["departments"]):
                assert {row["code"]: row["employeeCount"] for row in each}.items() >= expected.items()


async def test_what_is_refused_outdates_nothing(signed_in: SignedIn, counting: Counting) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    await figures(hanmei)
    assert (await hanmei.call("hr.departments.create", name="Legal", code="RD")).code == "2300"
    assert await cost_of(hanmei, counting) == 0


async def test_they_are_never_older_than_a_minute(client: Caller) -> None:
    """Of rows that were written past the use cases, of which nobody is told."""
    await client.call("hr.public.showcase")
    (key,) = await redis().keys("tessera:*showcase*")
    assert 0 < await redis().pttl(key) <= KEPT_SECONDS * 1000 <= 60_000


async def test_without_redis_they_are_counted(no_redis: None, signed_in: SignedIn) -> None:
    """For each who asks, so that nothing is old."""
    hanmei = await signed_in("R_HR_MANAGER")
    for number in (1, 2):
        assert (await hanmei.call("hr.departments.create", name="Legal", code=f"L{number}")).code == "0000"
        stats, shown = await figures(hanmei)
        assert [len(stats), shown["totals"]["department"]] == [6 + number] * 2

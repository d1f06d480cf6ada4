"""hr.public.showcase"""

from typing import Any

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, Tag
from tests.callers import Caller, as_snapshot
from tests.conftest import Counting, SignedIn


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    """To anybody, and no more than this: no key, nobody's name."""
    answer = await client.call("hr.public.showcase")
    assert as_snapshot(answer, events) == snapshot
    assert "Zhou Hang" not in answer.text


async def test_the_numbers_agree(client: Caller) -> None:
    """With one another, and with what is not deleted."""
    await Department.create(name="Legal", code="LE")
    await Employee.filter(name="Wang Wei").delete()
    await Tag.filter(name="Mentor").delete()
    shown = (await client.call("hr.public.showcase")).data
    assert shown["totals"] == {"department": 7, "employee": 59, "tag": 11}
    assert sum(shown["employeeStatus"].values()) == 59
    assert {each["code"]: each["employeeCount"] for each in shown["departments"]}.items() >= {"LE": 0, "RD": 21}.items()
    assert sum(each["employeeCount"] for each in shown["departments"]) == 59


async def test_of_an_empty_company(client: Caller) -> None:
    await Employee.all().delete()
    await Department.all().delete()
    await Tag.all().delete()
    shown = (await client.call("hr.public.showcase")).data
    assert shown == {
        "totals": {"department": 0, "employee": 0, "tag": 0},
        "employeeStatus": {"probation": 0, "active": 0, "resigned": 0},
        "departments": [],
    }


async def test_costs_three_statements_and_then_none(client: Caller, counting: Counting) -> None:
    """However many departments there are: it is open to the world."""
    for number in range(10):
        await Department.create(name="Legal", code=f"L{number}")
    costs, answers = list[int](), list[Any]()
    for _ in range(2):
        with counting() as cost:
            answers.append((await client.call("hr.public.showcase")).body)
        costs.append(len(cost.statements))
    assert costs == [3, 0]
    assert answers[0] == answers[1]


async def test_a_change_is_seen(client: Caller, signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    before = (await client.call("hr.public.showcase")).data["totals"]
    await hanmei.call("hr.tags.create", name="Rust", category="skill")
    assert (await client.call("hr.public.showcase")).data["totals"] == before | {"tag": 13}

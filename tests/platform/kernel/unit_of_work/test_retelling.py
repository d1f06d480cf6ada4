"""A reaction that is new is told what was before it: once, in order, in portions, of every version that runs."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from features.hr.employment import facts_of
from features.hr.events import DepartmentManagerChanged, EmployeeOnboarded, EmployeeResigned
from features.hr.models import Department, Employee, Tag
from kernel import Retold, clock, on, transaction
from kernel.clock import now
from kernel.errors.operator import OperatorError
from kernel.settings import settings
from kernel.unit_of_work import events, outbox, retelling
from kernel.unit_of_work.delivery import catch_up
from kernel.unit_of_work.models import DeliveryState, EventDelivery, EventReaction, EventRetelling
from kernel.unit_of_work.outbox import prune, register
from kernel.unit_of_work.retelling import can_retell, retell, rows_to_tell
from tests.database import SERVER
from tests.platform.kernel.conftest import Listening

Heard = list[str]


@pytest.fixture
def heard(listening: Listening) -> Heard:
    """What a new reaction to three of HR's facts hears; nobody has registered it yet."""
    said: Heard = []
    retelling._before.clear()  # of the test before, whose rows had the same ids

    async def hear(event: EmployeeOnboarded | EmployeeResigned | DepartmentManagerChanged) -> None:
        said.append(f"{type(event).__name__} {getattr(event, 'name', None) or event.department_name}")

    on(EmployeeOnboarded, EmployeeResigned, DepartmentManagerChanged)(hear)
    return said


def counted(said: Heard) -> dict[str, int]:
    return dict(Counter(line.partition(" ")[0] for line in said))


ALL = {"DepartmentManagerChanged": 6, "EmployeeOnboarded": 60, "EmployeeResigned": 5}


async def test_a_new_reaction_is_told_once_what_was_before_it(heard: Heard) -> None:
    await register(["hr"])
    await catch_up()
    assert counted(heard) == ALL
    assert heard.index("EmployeeOnboarded Deng Kai") < heard.index("EmployeeResigned Deng Kai")
    await register(["hr"])
    await catch_up()
    assert counted(heard) == ALL
    assert not await EventRetelling.exists()


async def test_that_there_is_no_manager_is_told_too(heard: Heard) -> None:
    """Or told again, it would leave a wrong one where it is."""
    await Department.filter(code="FI").update(manager_id=None)
    await register(["hr"])
    await catch_up()
    assert "DepartmentManagerChanged Finance" in heard


async def test_it_is_told_in_portions_and_goes_on_where_one_ended(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retelling, "ROWS_AT_ONCE", 7)
    await register(["hr"])
    for _ in range(4):  # a crash after each of them would lose nothing
        assert await retelling.retell_some()
    row = await EventRetelling.get()
    first = await Employee.unscoped().order_by("id").limit(7).values_list("id", flat=True)
    assert (row.step, row.after) == (2, first[-1])  # 12 tags, 6 departments, 7 employees
    await catch_up()
    assert counted(heard) == ALL


async def test_one_that_writes_to_people_is_not(app: FastAPI, listening: Listening) -> None:
    said: Heard = []

    async def greet(event: EmployeeOnboarded) -> None:
        said.append(event.name)

    on(EmployeeOnboarded, retold=False)(greet)
    await register(["hr"])
    await catch_up()
    assert said == []


async def test_nor_what_only_those_tell_who_cannot(heard: Heard) -> None:
    await register([])
    await catch_up()
    assert heard == []
    with pytest.raises(OperatorError, match=r"post cannot tell its present state; .* can: hr"):
        await retell("post", "hr", lambda _rows: None)
    with pytest.raises(OperatorError, match="post has no reaction to what hr tells"):
        await retell("hr", "post", lambda _rows: None)


async def test_an_operator_has_it_told_again(heard: Heard) -> None:
    await register([])
    told: list[int] = []
    await retell("hr", "test_retelling", told.append)
    assert sum(told) == await rows_to_tell("hr", "test_retelling") == 12 + 6 + 60
    await catch_up()
    assert counted(heard) == ALL


async def test_an_older_version_that_runs_beside_leaves_it_to_the_new_one(heard: Heard) -> None:
    """Its own retell.py may not tell yet what the new reaction was made for."""
    await register(["hr"])
    this_version = {event: dict(known) for event, known in events._reactions.items()}
    for known in events._reactions.values():
        known.pop(next((name for name in known if name.startswith("test_retelling")), ""), None)
    assert (await catch_up(), await EventRetelling.filter(step=0, after=0).count()) == (0, 1)
    events._reactions.update(this_version)
    await catch_up()
    assert counted(heard) == ALL


async def test_one_that_fails_holds_up_nothing_else(heard: Heard) -> None:
    def fail(_tag: Tag) -> Iterator[object]:
        raise ValueError("no such page")

    await register(["hr"])
    before, wang = dict(retelling._tellers), await Employee.get(name="Wang Wei")
    can_retell({"hr": [Retold(Tag.all, fail)]})
    async with transaction(__name__):
        events.emit(EmployeeResigned(**await facts_of(wang)))
    cut_off = {"state": DeliveryState.PENDING, "due_at": now()}
    await EventDelivery.filter(state=DeliveryState.DONE).update(**cut_off)
    heard.clear()
    with capture_logs() as logs:
        await catch_up()
    can_retell(before)
    assert heard == ["EmployeeResigned Wang Wei"]
    assert {line["event"] for line in logs} == {"retelling failed"}


@pytest.mark.skipif(not SERVER, reason="On SQLite one writes at a time.")
async def test_who_was_made_by_one_who_did_not_know_of_it_yet_is_told_of(heard: Heard) -> None:
    """They asked which reactions there are, the reaction was registered, and only then they committed."""
    other = await asyncpg.connect(settings().database_url)
    try:
        async with other.transaction():
            await other.execute(
                "INSERT INTO hr_tag (name, category, created_at, updated_at) VALUES ('late', 'test', now(), now())"
            )
            await register(["hr"])
            assert not await retelling.retell_some()
            await Tag.create(name="another", category="test")
            assert not await retelling.retell_some()
        assert await retelling.retell_some()
    finally:
        await other.close()


@pytest.mark.skipif(not SERVER, reason="On SQLite one writes at a time.")
async def test_whoever_writes_for_ever_is_not_waited_for(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retelling, "SETTLING_SECONDS", -1)
    other = await asyncpg.connect(settings().database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT pg_current_xact_id()")
            await register(["hr"])
            assert await retelling.retell_some()
    finally:
        await other.close()


async def test_only_what_is_new_is_told_of(heard: Heard, listening: Listening) -> None:
    await register(["hr"])
    await catch_up()
    heard.clear()
    more: Heard = []

    async def count(event: EmployeeResigned) -> None:
        more.append(event.name)

    on(EmployeeResigned)(count)
    await register(["hr"])
    await catch_up()
    assert (heard, len(more)) == ([], 5)


async def test_another_version_writes_down_for_it_too(heard: Heard) -> None:
    """Facts are written down for the reactions that the table knows, so a rolling deploy loses none."""
    await register(["hr"])
    wang = await Employee.get(name="Wang Wei")
    this_version = {event: dict(known) for event, known in events._reactions.items()}
    for known in events._reactions.values():  # an older version tells
        known.pop(next((name for name in known if name.startswith("test_retelling")), ""), None)
    async with transaction(__name__):
        events.emit(EmployeeResigned(**await facts_of(wang)))
    assert heard == []
    events._reactions.update(this_version)
    await catch_up()
    assert "EmployeeResigned Wang Wei" in heard


async def test_a_reaction_that_no_version_has_is_forgotten_after_a_day(heard: Heard) -> None:
    """With what it was still to be told, or `just events` would show it for ever."""
    await register([])
    events._reactions["hr.EmployeeResigned"].clear()
    wang = await Employee.get(name="Wang Wei")
    async with transaction(__name__):
        events.emit(EmployeeResigned(**await facts_of(wang)))
        events.emit(EmployeeOnboarded(**await facts_of(wang)))
    mine = EventReaction.filter(reaction__startswith="test_retelling")
    told = EventDelivery.filter(reaction__startswith="test_retelling").order_by("id")
    await EventRetelling.create(
        teller="hr",
        listener="test_retelling",
        reactions=[[row.event, row.reaction] for row in await mine],
    )
    for hours, left, state in ((23, 3, DeliveryState.PENDING), (25, 2, DeliveryState.DISCARDED)):
        with clock.frozen(now() + timedelta(hours=hours)):
            await prune()
        assert (await mine.count(), [row.state for row in await told]) == (left, [state, DeliveryState.DONE])
        assert len((await EventRetelling.get()).reactions) == left
    assert not await mine.filter(event="hr.EmployeeResigned").exists()


async def test_what_was_dealt_with_long_ago_is_forgotten(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_AT_ONCE", 20)  # more were dealt with
    await register(["hr"])
    await catch_up()
    mine = EventDelivery.filter(listener="test_retelling")
    first = await mine.order_by("id").first()
    assert first
    await EventDelivery.filter(id=first.id).update(state=DeliveryState.PARKED)
    with clock.frozen(now() + timedelta(days=6)):
        await prune()
    assert await mine.count() == sum(ALL.values())
    with clock.frozen(now() + timedelta(days=8)), capture_logs() as logs:
        await prune()
    assert [row.id for row in await mine] == [first.id]
    assert logs == []
    assert await outbox.discard([first.id]) == 1


async def test_what_is_held_is_released_by_its_id_alone(heard: Heard) -> None:
    """Of a module with a database of its own, whose commit may still be under way."""
    await register([])
    wang = await Employee.get(name="Wang Wei")
    fact = EmployeeResigned(**await facts_of(wang))
    async with transaction(__name__):
        held = await outbox.write([fact], held="whether it was committed is not known")
    assert (await outbox.retry(), await catch_up()) == (0, 0)
    rows = await EventDelivery.filter(event_id=held[0].event_id)
    assert await outbox.retry([row.id for row in rows]) == len(rows)
    await catch_up()
    assert heard == ["EmployeeResigned Wang Wei"]


def test_who_cannot_is_not_asked(app: FastAPI) -> None:
    before = dict(retelling._tellers)
    can_retell({"hr": [], "post": before["hr"]})
    assert list(retelling._tellers) == ["post"]
    can_retell(before)

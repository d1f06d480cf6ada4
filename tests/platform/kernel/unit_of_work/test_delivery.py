"""Reactions: at once after the commit, again where they failed, in order, never more often than they may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict
from tortoise import queryset

from features.hr.models import Tag
from kernel import clock, emit, event_id, transaction
from kernel.clock import now
from kernel.context import Actor, accept_request_id, current_actor, request_id, set_actor, use_case
from kernel.database.driver_errors import DatabaseBusy
from kernel.models.queryset import QuerySet
from kernel.settings import settings
from kernel.unit_of_work import delivery, events, outbox
from kernel.unit_of_work import transaction as transaction_module
from kernel.unit_of_work.delivery import catch_up, pause_after, relaying
from kernel.unit_of_work.models import DeliveryState, EventDelivery
from tests.database import SERVER
from tests.platform.kernel.conftest import Listening, forget_settings
from tests.platform.kernel.unit_of_work.conftest import TagMade, TagPraised, make, tags


async def tell(*names: str) -> None:
    async with transaction(__name__):
        for name in names:
            await make(name)


async def tell_again(name: str) -> None:
    """Another fact about the same tag."""
    tag = await Tag.get(name=name)
    async with transaction(__name__):
        emit(TagPraised(tag_id=tag.id, name=name))


def deliveries() -> queryset.QuerySet[EventDelivery]:
    """Of the tests' own facts."""
    return EventDelivery.filter(event__startswith="conftest.")


async def states() -> list[tuple[str, int]]:
    rows = await deliveries().order_by("id")
    return [(row.state.value, row.attempts) for row in rows]


@asynccontextmanager
async def later(seconds: float) -> AsyncIterator[None]:
    with clock.frozen(now() + timedelta(seconds=seconds)):
        yield


@pytest.fixture
def nobody_delivers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process ended right after the commit."""
    monkeypatch.setattr(transaction_module, "_deliver", transaction_module._leave)


async def test_what_a_crash_cut_off_is_taken_up(told: list[object], nobody_delivers: None) -> None:
    await tell("a", "b")
    assert (told, await states()) == ([], [("pending", 0)] * 2)
    assert await catch_up() == 2
    assert (sorted(map(str, told)), await states()) == (["a", "b"], [("done", 1)] * 2)
    assert await catch_up() == 0


async def test_nothing_is_written_down_for_nobody(told: list[object]) -> None:
    async with transaction(__name__):
        emit(TagPraised(tag_id=1, name="a"))
    assert await states() == []


class Failing:
    """A reaction that fails as often as it should, having written something."""

    def __init__(self, times: int = 1) -> None:
        self.left, self.ids = times, list[UUID]()

    async def react(self, event: TagMade) -> None:
        self.ids.append(event_id())
        await Tag.create(name=f"of {event.name}", category="test")
        self.left -= 1
        if self.left >= 0:
            raise ValueError("no paper left")


async def test_one_that_fails_takes_nothing_from_the_others(listening: Listening, told: list[object]) -> None:
    failing = Failing()
    failing.react.__func__.__module__ = "tests.other"
    await listening(failing.react, TagMade)
    with capture_logs() as logs:
        await tell("a")
    assert (await tags(), told) == (["a"], ["a"])
    (line,) = errors(logs)
    assert (line["event"], line["attempts"], line["outcome"]) == ("reaction failed", 1, "tried again in 1 s")
    assert (line["event_told"], line["subject"][:16]) == ("conftest.TagMade", "conftest.tag_id:")
    (row,) = await deliveries().filter(state=DeliveryState.PENDING)
    assert (row.error, row.attempts) == ("ValueError: no paper left", 1)
    assert await catch_up() == 0
    async with later(1):
        assert await catch_up() == 1
    assert await tags() == ["a", "of a"]
    assert failing.ids == [row.event_id] * 2
    assert await deliveries().filter(state=DeliveryState.DONE, error=None).count() == 2


def errors(logs: list[EventDict]) -> list[EventDict]:
    return [line for line in logs if line["log_level"] == "error"]


async def test_each_time_it_is_tried_later_and_at_last_parked(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(forget_settings)
    monkeypatch.setenv("EVENT_ATTEMPTS", "3")
    forget_settings()
    failing = Failing(times=3)
    await listening(failing.react, TagMade)
    with capture_logs() as logs:
        await tell("a")
        for seconds in (1, 1 + 4, 10_000, 20_000):
            async with later(seconds):
                await catch_up()
    assert [line["outcome"] for line in errors(logs)] == [
        "tried again in 1 s",
        "tried again in 4 s",
        "parked; see just events",
    ]
    assert await states() == [("parked", 3)]
    assert [pause_after(n).total_seconds() for n in (1, 2, 3, 6, 7, 900)] == [1, 4, 16, 1024, 3600, 3600]


async def test_one_that_ends_its_process_rests_each_time_and_is_parked(
    told: list[object], nobody_delivers: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Or workers would die of it for ever, and the server give up on them."""
    request.addfinalizer(forget_settings)
    monkeypatch.setenv("EVENT_ATTEMPTS", "2")
    forget_settings()

    async def die(_head: EventDelivery) -> bool:
        raise ConnectionError("killed")

    await tell("a")
    with monkeypatch.context() as dying:
        dying.setattr(delivery, "_attempt", die)
        for seconds in (0, 1 + 1):
            async with later(seconds):
                with pytest.raises(ConnectionError):
                    await catch_up()
                assert await catch_up() == 0
    with capture_logs() as logs:
        async with later(3):
            assert (await catch_up(), await states()) == (0, [("pending", 2)])
        async with later(10_000):
            assert (await catch_up(), await states()) == (0, [("parked", 2)])
    (line,) = errors(logs)
    assert line["event"] == "reaction parked"
    assert await outbox.retry() == 1
    assert (await catch_up(), told, await states()) == (1, ["a"], [("done", 1)])


async def test_of_several_who_have_the_same_one_in_view_one_begins(told: list[object], nobody_delivers: None) -> None:
    """And counts it: who came too late is no failure."""
    await tell("a")
    (chain,) = outbox.chains_of(await deliveries())
    heads = [await outbox.head_of(chain) for _ in range(5)]
    assert [await delivery._begin(head) for head in heads if head] == [True, False, False, False, False]
    assert await states() == [("pending", 1)]


async def test_in_a_subject_nothing_overtakes_what_failed(listening: Listening) -> None:
    """Nor what is parked; other subjects and other listeners go on."""
    heard: list[str] = []

    async def react(event: TagMade | TagPraised) -> None:
        if event.name == "bad" and "mended" not in heard:
            raise ValueError
        heard.append(f"{event.name} {type(event).__name__}")

    await listening(react, TagMade, TagPraised)
    with capture_logs():
        await tell("bad", "good")
        await tell_again("bad")
        await tell_again("good")
        assert heard == ["good TagMade", "good TagPraised"]
        await deliveries().filter(state=DeliveryState.PENDING, attempts=1).update(state=DeliveryState.PARKED)
        async with later(100_000):
            assert await catch_up() == 0
        assert [state for state, _ in await states()] == ["parked", "done", "pending", "done"]
    heard[:] = ["mended"]
    assert await outbox.retry() == 1
    await catch_up()
    assert heard == ["mended", "bad TagMade", "bad TagPraised"]


async def test_it_runs_as_nobody_and_under_its_own_name(listening: Listening) -> None:
    seen: list[object] = []

    async def react(event: TagMade) -> None:
        tag = await Tag.create(name="b", category="test")
        seen.extend([current_actor(), use_case(), tag.created_by])

    await listening(react, TagMade)
    set_actor(Actor(user_id=1, user_name="Soybean"))
    await tell("a")
    assert seen == [None, f"test_delivery.{react.__qualname__}", None]
    assert current_actor()
    set_actor(None)


async def test_what_a_reaction_tells_is_told_too(listening: Listening) -> None:
    praised: list[str] = []

    async def praise(event: TagMade) -> None:
        emit(TagPraised(tag_id=event.tag_id, name=event.name))
        if event.name == "bad":
            raise ValueError

    async def note(event: TagPraised) -> None:
        praised.append(event.name)

    await listening(praise, TagMade)
    await listening(note, TagPraised)
    with capture_logs():
        await tell("bad", "good")
    assert praised == ["good"]


async def test_one_that_hangs_is_cut_off(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(forget_settings)
    monkeypatch.setenv("REACTION_TIMEOUT_SECONDS", "0.1")
    forget_settings()

    async def hang(_event: TagMade) -> None:
        await asyncio.Event().wait()

    await listening(hang, TagMade)
    with capture_logs():
        await tell("a")
    assert await states() == [("pending", 1)]
    assert (await deliveries().get()).error == "TimeoutError: "


async def test_of_several_who_see_it_at_once_one_counts(told: list[object], nobody_delivers: None) -> None:
    await tell("a")
    head = await deliveries().get()
    assert [await delivery._begin(head) for _ in range(3)] == [True, False, False]
    assert await states() == [("pending", 1)]


async def test_what_the_relay_logs_bears_the_id_of_the_request(listening: Listening, nobody_delivers: None) -> None:
    seen: list[str] = []

    async def react(_event: TagMade) -> None:
        seen.append(request_id())

    await listening(react, TagMade)
    accept_request_id("of-the-caller")
    await tell("a")
    accept_request_id("of-another")
    await catch_up()
    assert (seen, request_id()) == (["of-the-caller"], "of-another")


async def test_one_for_which_no_connection_is_free_is_not_counted(
    told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    @asynccontextmanager
    async def busy_once(*_: object) -> AsyncIterator[None]:
        nonlocal tries
        tries += 1
        if tries == 2:  # the first one is the use case's own
            raise DatabaseBusy("no connection was free")
        yield

    monkeypatch.setattr(transaction_module, "turn", busy_once)
    with capture_logs() as logs:
        await tell("a")
    assert (told, await states(), logs) == ([], [("pending", 0)], [])
    async with later(1):
        await catch_up()
    assert told == ["a"]


async def test_one_that_this_version_does_not_know_is_left_to_another(listening: Listening, told: list[object]) -> None:
    async def react(event: TagMade) -> None: ...

    await listening(react, TagMade)
    events._reactions["conftest.TagMade"].pop(f"test_delivery.{react.__qualname__}")
    await tell("a")
    assert told == ["a"]
    async with later(100_000):
        assert await catch_up() == 0
    assert sorted(await states()) == [("done", 1), ("pending", 0)]


async def test_one_that_reacts_to_less_in_this_version_is_left_to_another(listening: Listening) -> None:
    """In a rolling deploy, and it holds up nothing that this version knows."""
    heard: list[str] = []

    async def react(event: TagMade | TagPraised) -> None:
        heard.append(type(event).__name__)

    await listening(react, TagMade, TagPraised)
    events._reactions["conftest.TagMade"].pop(f"test_delivery.{react.__qualname__}")
    await tell("a")
    await tell_again("a")
    assert (heard, await states()) == (["TagPraised"], [("pending", 0), ("done", 1)])


@pytest.mark.skipif(not SERVER, reason="On SQLite there is one process.")
async def test_what_another_process_is_at_is_not_waited_for(told: list[object], nobody_delivers: None) -> None:
    await tell("a")
    other = await asyncpg.connect(settings().database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT * FROM sys_event_delivery FOR UPDATE")
            assert await asyncio.wait_for(catch_up(), 2) == 0
            assert (told, await states()) == ([], [("pending", 0)])
    finally:
        await other.close()
    assert await catch_up() == 1
    assert await states() == [("done", 1)]


async def test_many_at_once_take_each_once(told: list[object], nobody_delivers: None) -> None:
    await tell(*[f"tag {number}" for number in range(30)])
    await asyncio.gather(*[catch_up() for _ in range(4)])
    assert sorted(map(str, told)) == sorted(f"tag {number}" for number in range(30))
    assert {state for state, _ in await states()} == {"done"}


async def test_the_relay_takes_up_what_is_due_from_its_start_on(told: list[object], nobody_delivers: None) -> None:
    await tell("a")
    async with relaying():
        await until(told)
    assert told == ["a"]


async def until(told: list[object]) -> None:
    async with asyncio.timeout(5):
        while not told:  # noqa: ASYNC110  what is waited for is in the database
            await asyncio.sleep(0.01)


async def test_the_relay_outlives_an_absent_database(
    told: list[object], nobody_delivers: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(forget_settings)
    monkeypatch.setenv("EVENT_POLL_SECONDS", "0.1")
    forget_settings()
    stock, tries = delivery.catch_up, 0

    async def away_at_first() -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionRefusedError("nobody there")
        return await stock()

    monkeypatch.setattr(delivery, "catch_up", away_at_first)
    await tell("a")
    with capture_logs() as logs:
        async with relaying():
            await until(told)
    assert [line["event"] for line in logs] == ["events wait for the database"]


async def test_a_note_of_failure_that_cannot_be_written_is_logged(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object, **__: object) -> None:
        raise ConnectionResetError("gone")

    async def react(_event: TagMade) -> None:
        monkeypatch.setattr(QuerySet, "update", lose)
        raise ValueError

    await listening(react, TagMade)
    with capture_logs() as logs:
        await tell("a")
    monkeypatch.undo()
    (line,) = logs
    assert (line["event"], line["outcome"]) == ("reaction failed", "tried again, as this could not be noted: gone")
    assert await states() == [("pending", 1)]

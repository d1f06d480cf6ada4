"""The line to Redis: each is given the answer to what they asked, nobody waits for long, and what was away is not trusted."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from kernel import redis_line
from kernel.redis import commands, connect
from kernel.redis_line import InProcessLine, Line, close_line, line, open_line
from tests.platform.kernel.scripted_redis import ScriptedRedis, scripted_redis


@pytest.fixture
def server() -> Iterator[ScriptedRedis]:
    with scripted_redis() as running:
        yield running


@pytest_asyncio.fixture
async def to_server(server: ScriptedRedis) -> AsyncIterator[Line]:
    opened = Line(server.url)
    await opened.open()
    yield opened
    await opened.aclose()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line connects again at once, and is sound at once."""
    monkeypatch.setattr(redis_line, "RECONNECT_SECONDS", 0)
    monkeypatch.setattr(redis_line, "HOLD_SECONDS", 0)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  what it waits for sets no event
            await asyncio.sleep(0.001)


async def test_it_answers(to_server: Line, server: ScriptedRedis) -> None:
    assert to_server.is_sound
    assert await to_server.ask(("MGET", "a", "b")) == [["a", "b"]]
    assert await to_server.ask(("SET", "a", 1), ("MGET", "c")) == ["OK", ["c"]]
    await to_server.say(("DEL", "a"))
    await to_server.insist(("DEL", "b"))
    assert server.heard == [["MGET", "a", "b"], ["SET", "a", "1"], ["MGET", "c"], ["DEL", "a"], ["DEL", "b"]]


@pytest.mark.parametrize("seed", range(5))
async def test_nobody_is_given_the_answer_to_what_another_asked(seed: int, to_server: Line) -> None:
    """However many ask at once, in one command or several, and whoever of them goes away at whatever moment."""
    chance = random.Random(seed)
    answered = 0

    async def ask(name: str, turns: int) -> None:
        nonlocal answered
        for _ in range(turns):
            await asyncio.sleep(0)
        if turns % 2:
            assert await to_server.ask(("MGET", name)) in ([[name]], None)
        else:
            assert await to_server.ask(("MGET", name), ("SET", name, 1), ("MGET", name, "x")) in (
                [[name], "OK", [name, "x"]],
                None,
            )
        answered += 1

    for _ in range(10):
        asking = [asyncio.create_task(ask(f"name {number}", chance.randrange(6))) for number in range(40)]
        leaving = chance.sample(asking, 20)
        for task in leaving:
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)
            task.cancel()
        ends = await asyncio.gather(*asking, return_exceptions=True)
        assert [end for end in ends if not isinstance(end, asyncio.CancelledError | None)] == []
    assert answered >= 200
    await until(lambda: not to_server._asked)
    assert await to_server.ask(("MGET", "last")) == [["last"]]


async def test_one_late_answer_is_waited_for_once(
    to_server: Line, server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stand_still()
    began = time.monotonic()
    with capture_logs() as logs:
        assert await asyncio.gather(*(to_server.ask(("MGET", str(number))) for number in range(50))) == [None] * 50
        assert 0.05 <= time.monotonic() - began < 0.5
        assert not to_server.is_sound
        monkeypatch.setattr(redis_line, "PATIENCE_SECONDS", 60)
        assert await to_server.ask(("MGET", "at once")) is None
    assert [line["event"] for line in logs] == ["Redis is late, asking the database instead"]
    monkeypatch.setattr(redis_line, "RECONNECT_SECONDS", 0)
    server.go_on()
    await until(lambda: to_server.is_sound)
    assert await to_server.ask(("MGET", "my own")) == [["my own"]]


async def test_after_a_late_answer_it_is_left_in_peace_for_a_moment(to_server: Line, server: ScriptedRedis) -> None:
    server.stand_still()
    assert await to_server.ask(("MGET", "a")) is None
    server.go_on()
    await until(lambda: not to_server._asked)
    assert not to_server.is_sound
    assert await to_server.ask(("MGET", "for those who insist")) == [["for those who insist"]]


async def test_a_busy_process_is_not_taken_for_a_slow_redis(to_server: Line) -> None:
    """Redis answers at once; the process has other things to do, and sees it late."""

    async def work() -> None:
        for _ in range(6):
            time.sleep(0.06)  # noqa: ASYNC251  the loop itself is to stand still
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    answers = await asyncio.gather(*(to_server.ask(("MGET", str(number))) for number in range(50)))
    assert answers == [[[str(number)]] for number in range(50)]
    assert to_server.is_sound
    await working


async def test_an_answer_that_has_come_by_then_is_read(to_server: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """On an event loop that looks at its clock before it looks at its sockets."""

    async def wait(*_: object, **__: object) -> None:
        time.sleep(0.1)  # noqa: ASYNC251  the loop itself is to stand still

    monkeypatch.setattr(asyncio, "wait", wait)
    assert await to_server.ask(("MGET", "a")) == [["a"]]


@pytest.mark.usefixtures("at_once")
async def test_if_it_stays_silent_there_is_another_connection(
    to_server: Line, server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_line, "TIMEOUT_SECONDS", 0.1)
    (first,) = server.connections
    server.stand_still()
    assert await to_server.ask(("MGET", "a")) is None
    await until(lambda: len(server.connections) > 1)
    server.go_on()
    await until(lambda: to_server.is_sound)
    assert first is not server.connections[-1]
    assert await to_server.ask(("MGET", "b")) == [["b"]]


async def test_after_it_was_away_it_is_not_trusted_for_a_while(
    to_server: Line, server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even by those who asked nothing meanwhile. It may have come back with what it held before, and without the last marks."""
    monkeypatch.setattr(redis_line, "RECONNECT_SECONDS", 0)
    server.hang_up()
    await until(lambda: not to_server.is_sound)
    await until(lambda: to_server._is_up)
    assert not to_server.is_sound
    moment = time.monotonic()
    for seconds, is_sound in ((29, False), (31, True)):
        monkeypatch.setattr(time, "monotonic", lambda seconds=seconds: moment + seconds)
        assert to_server.is_sound is is_sound


@pytest.mark.parametrize("how", ["silence", "a hang-up", "a refusal"])
async def test_what_is_insisted_on_is_said_again(
    how: str, to_server: Line, server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_line, "RECONNECT_SECONDS", 0)
    monkeypatch.setattr(redis_line, "TIMEOUT_SECONDS", 0.2)
    if how != "a refusal":
        server.stand_still()
    insisting = asyncio.create_task(
        to_server.insist(("DEL", "a"), ("INFO",) if how == "a refusal" else ("SET", "a", 1))
    )
    await until(lambda: bool(server.heard))
    if how == "a hang-up":
        server.hang_up()
    await insisting
    if how == "silence":
        await until(lambda: not to_server._is_up)
    before = server.heard.count(["DEL", "a"])
    server.go_on()
    await until(lambda: server.heard.count(["DEL", "a"]) > before)


async def test_what_was_insisted_on_long_ago_is_not(
    to_server: Line, server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_line, "RECONNECT_SECONDS", 0)
    server.stand_still()
    with monkeypatch.context() as patch:
        patch.setattr(redis_line, "HOLD_SECONDS", -1)
        await to_server.insist(("DEL", "old"))
        await to_server.insist(("DEL", "old"))
        assert len(to_server._insisted) == 1  # however long it is away
    await to_server.insist(("DEL", "new"))
    server.hang_up()
    server.go_on()
    await until(lambda: server.heard.count(["DEL", "new"]) == 1)
    assert server.heard.count(["DEL", "old"]) == 1


@pytest.mark.usefixtures("at_once")
async def test_a_refusal_counts_as_no_answer(to_server: Line, server: ScriptedRedis) -> None:
    """A full disk, a replica, a password that was changed: whatever it is, the database answers. It is said once."""
    with capture_logs() as logs:
        assert await to_server.ask(("MGET", "a"), ("INFO",)) is None
    assert [line["event"] for line in logs] == ["Redis is away, asking the database instead"]
    assert logs[0]["error"] == "NoPermissionError: you may not"
    await until(lambda: to_server.is_sound)
    assert await to_server.ask(("MGET", "b")) == [["b"]]


async def test_without_a_server_nobody_waits(server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_line, "RECONNECT_SECONDS", 0)
    away = Line(server.url)
    server.close()
    with capture_logs() as logs:
        await away.open()
        await asyncio.sleep(0.05)  # several tries
    assert [line["event"] for line in logs] == ["Redis is away, asking the database instead"]
    monkeypatch.setattr(redis_line, "PATIENCE_SECONDS", 60)
    assert not away.is_sound
    assert await away.ask(("MGET", "a")) is None
    await away.say(("DEL", "a"))
    await away.aclose()


async def test_a_start_waits_for_a_silent_server_no_longer_than_it_must(
    server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_line, "TIMEOUT_SECONDS", 0.1)
    server.stand_still()
    silent = Line(server.url)
    async with asyncio.timeout(5):
        await silent.open()
    assert not silent.is_sound
    await silent.aclose()


async def test_whoever_waits_at_the_end_is_told(to_server: Line, server: ScriptedRedis) -> None:
    server.stand_still()
    asking = asyncio.create_task(to_server.ask(("MGET", "a")))
    await until(lambda: bool(server.heard))
    await to_server.aclose()
    assert await asking is None


async def test_commands_are_named_while_someone_looks(to_server: Line) -> None:
    with commands() as seen:
        await to_server.ask(("MGET", "a"))
        await to_server.say(("SET", "a", 1), ("DEL", "a"))
    assert seen == ["MGET", "SET", "DEL"]


async def test_in_this_process_it_is_always_there() -> None:
    client = connect("memory://")
    inside = InProcessLine(client)
    await inside.open()
    await inside.insist(("SET", "a", "zwölf"))
    await inside.say(("SET", "b", 2))
    with commands() as seen:
        assert await inside.ask(("MGET", "a", "b", "c"), ("DEL", "a")) == [["zwölf", "2", None], 1]
    assert (inside.is_sound, seen) == (True, ["MGET", "DEL"])
    await inside.aclose()
    await client.aclose()


async def test_the_process_has_one_from_start_to_end(server: ScriptedRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_line, "_line", None)
    with pytest.raises(LookupError, match="the app has not started"):
        line()
    await close_line()
    await open_line(server.url)
    assert line() is line()
    assert await line().ask(("MGET", "a")) == [["a"]]
    await close_line()
    with pytest.raises(LookupError):
        line()

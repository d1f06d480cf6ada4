"""What is kept in Redis: nobody is given what has been changed, however readers, writers, crashes and a flush fall together."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tortoise.context import TortoiseContext

from kernel import hot_cache, redis_line
from kernel.database.config import tortoise_config
from kernel.database.driver_errors import CommitUnknown
from kernel.hot_cache import LEASE_SECONDS, TTL_SECONDS, changes, keep, lease, mark, read, unmark
from kernel.redis import commands, redis
from kernel.redis_line import HOLD_SECONDS
from kernel.unit_of_work.transaction import transaction
from tests.platform.kernel.conftest import Configure
from tests.platform.kernel.unit_of_work.test_transaction import Transaction

pytestmark = pytest.mark.usefixtures("app")


async def kept(name: str, value: str) -> None:
    await keep({name: value}, await lease([name]))


async def raw(name: str) -> tuple[Any, float]:
    """What stands in Redis, and for how many seconds more."""
    key = hot_cache._key(name)
    return await redis().get(key), await redis().pttl(key) / 1000


async def test_what_is_kept_is_given_in_one_round_trip() -> None:
    names = ["a", "b", "c"]
    assert await read(names) == [None, None, None]
    await keep({"a": "1", "c": "zwölf"}, await lease(names))
    with commands() as sent:
        assert await read(names) == ["1", None, "zwölf"]
    assert sent == ["MGET"]


async def test_it_is_kept_for_half_a_minute_with_the_time_that_the_database_took() -> None:
    taken = await lease(["a"])
    value, seconds = await raw("a")
    assert (value, LEASE_SECONDS - 1 < seconds <= LEASE_SECONDS) == (taken, True)
    await keep({"a": "1"}, taken)
    value, seconds = await raw("a")
    assert (value, TTL_SECONDS - 1 < seconds <= TTL_SECONDS) == ("1", True)
    assert LEASE_SECONDS + TTL_SECONDS == HOLD_SECONDS == 30


async def test_of_several_who_miss_it_one_keeps_it() -> None:
    first, second = await lease(["a"]), await lease(["a"])
    await keep({"a": "of the second"}, second)
    assert await read(["a"]) == [None]
    await keep({"a": "of the first"}, first)
    await keep({"a": "of the second"}, second)
    assert await read(["a"]) == ["of the first"]


async def test_a_lease_that_is_over_keeps_nothing() -> None:
    """Of somebody whom the database, or a Redis that stood still, kept waiting for too long."""
    taken = await lease(["a"])
    await redis().delete(hot_cache._key("a"))
    await keep({"a": "1"}, taken)
    assert await read(["a"]) == [None]


async def test_a_mark_hides_what_is_there_and_ends_leases() -> None:
    await kept("a", "old")
    taken = await lease(["b"])
    await mark(["a", "b"])
    assert await read(["a", "b"]) == [None, None]
    await keep({"a": "old", "b": "old"}, taken)
    await keep({"a": "old"}, await lease(["a"]))
    assert await read(["a", "b"]) == [None, None]
    await unmark(["a", "b"])
    await keep({"b": "old"}, taken)
    assert await read(["a", "b"]) == [None, None]
    await kept("a", "new")
    assert await read(["a"]) == ["new"]


async def test_a_mark_outlasts_every_commit(configure: Configure) -> None:
    configure(DB_COMMAND_TIMEOUT_SECONDS="40")
    await mark(["a"])
    value, seconds = await raw("a")
    assert (value, 44 < seconds <= 45) == ("?", True)


async def test_another_installation_has_keys_of_its_own(configure: Configure) -> None:
    await kept("user:1", "ours")
    configure(SQIDS_SEED="another seed")
    assert await read(["user:1"]) == [None]
    await mark(["user:1"])
    configure(SQIDS_SEED="a seed for tests")
    assert await read(["user:1"]) == ["ours"]


async def test_many_changes_are_told_in_portions() -> None:
    """A role's ten thousand holders who are signed out are no reason for anybody to wait for more than a portion."""
    names = [f"user:{number}" for number in range(1201)]
    await kept("user:1200", "old")
    with commands() as sent:
        await mark(names)
        await unmark([])
    assert (sent.count("SET"), sent.count("DEL")) == (1201, 3)
    assert await read(["user:1200"]) == [None]


async def test_what_changes_is_said_within_a_transaction() -> None:
    with pytest.raises(LookupError, match="a, b: changed outside of a transaction"):
        changes("a", "b")
    async with transaction(__name__):
        changes("a")


@pytest.fixture
def at_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What is read of "a" while the transaction is committed."""
    seen = list[Any]()
    stock = Transaction.commit

    async def look(client: Any) -> None:
        seen.append(await read(["a"]))
        seen.append((await raw("a"))[0])
        await stock(client)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", look)
        yield seen


async def test_a_mark_stands_from_before_the_commit_until_after_it(at_commit: list[Any]) -> None:
    await kept("a", "old")
    async with transaction(__name__):
        changes("a")
        async with transaction(__name__):
            changes("b")
        assert await read(["a"]) == ["old"]
    assert at_commit == [[None], "?"]
    assert await raw("a") == (None, -0.002)
    await kept("a", "new")
    assert await read(["a"]) == ["new"]


async def test_what_is_undone_has_changed_nothing() -> None:
    async def break_down() -> None:
        async with transaction(__name__):
            changes("a")
            raise ZeroDivisionError

    await kept("a", "old")
    with pytest.raises(ZeroDivisionError):
        await break_down()
    assert await read(["a"]) == ["old"]


async def crash(*_: object) -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("moment", ["before the commit", "in the commit", "after the commit"])
async def test_whoever_ends_on_the_way_leaves_the_mark(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not it was committed, nobody is given the old value, and nobody keeps it: they ask the database."""
    await kept("a", "old")

    async def mark_and_crash(names: Any) -> None:
        await mark(names)
        await crash()

    with monkeypatch.context() as patch:
        if moment == "before the commit":
            patch.setattr(hot_cache, "mark", mark_and_crash)
        elif moment == "in the commit":
            patch.setattr(Transaction, "commit", crash)
        else:
            patch.setattr(hot_cache, "unmark", crash)
        with pytest.raises(asyncio.CancelledError):
            async with transaction(__name__):
                changes("a")
    await kept("a", "old")
    assert await read(["a"]) == [None]
    assert (await raw("a"))[1] > 19


async def test_while_nobody_knows_whether_it_was_committed_the_mark_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lose(_client: object) -> None:
        raise CommitUnknown("lost")

    await kept("a", "old")
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", lose)
        with pytest.raises(CommitUnknown):
            async with transaction(__name__):
                changes("a")
    assert await raw("a") != (None, -0.002)
    assert await read(["a"]) == [None]


async def test_a_mark_that_is_flushed_may_let_the_old_value_in_until_the_writer_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stock = Transaction.commit

    async def flush_and_commit(client: Any) -> None:
        await redis().flushdb()
        await kept("a", "old")
        await stock(client)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", flush_and_commit)
        async with transaction(__name__):
            changes("a")
    assert await read(["a"]) == [None]


async def test_a_module_s_own_database_commits_none_of_it() -> None:
    """What is kept is in the default database: it is that one's transaction that has to be told, and is waited for."""
    await kept("a", "old")
    config = tortoise_config({}, {"default": "sqlite://:memory:", "hr": "sqlite://:memory:"})
    async with TortoiseContext() as context:
        context.connections._init_config(config["connections"])
        async with transaction("features.hr.employees.onboard"):
            with pytest.raises(LookupError):
                changes("a")
        async with transaction(__name__):
            async with transaction("features.hr.employees.onboard"):
                changes("a")
            assert await read(["a"]) == ["old"]
    assert await read(["a"]) == [None]


async def test_without_redis_nothing_is_kept_and_everything_can_be_changed(no_redis: None) -> None:
    assert await lease(["a"]) is None
    await keep({"a": "1"}, None)
    async with transaction(__name__):
        changes("a")
    assert await read(["a", "b"]) == [None, None]


async def test_a_command_of_an_operator_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_line, "_line", None)
    async with transaction(__name__):
        changes("a")


@dataclass
class World:
    """One value in a database, and what has become of the writers who changed it."""

    committed: int = 0
    acknowledged: int = 0


Steps = AsyncIterator[None]


async def reader(world: World) -> Steps:
    """A request, as `kernel.auth.actor` makes it: what it is given is no older than what was acknowledged when it began."""
    acknowledged = world.acknowledged
    (found,) = await read(["a"])
    assert found is None or int(found) >= acknowledged, f"given {found}, acknowledged was {acknowledged}"
    if found is not None:
        return
    yield
    taken = await lease(["a"])
    yield
    value = world.committed
    yield
    await keep({"a": str(value)}, taken)


async def writer(world: World) -> Steps:
    """A transaction, as `kernel.unit_of_work.transaction` makes it. Writers of one row come one after the other, until they commit."""
    await mark(["a"])
    yield
    world.committed += 1
    value = world.committed
    yield
    await unmark(["a"])
    world.acknowledged = max(world.acknowledged, value)


async def dead_writer(world: World) -> Steps:
    """One whose process ends after the commit. Its caller is told nothing, and all the same the change is in force."""
    await mark(["a"])
    yield
    world.committed += 1
    world.acknowledged = max(world.acknowledged, world.committed)
    for _ in range(10):
        yield
    if (await raw("a"))[0] == "?":
        await redis().delete(hot_cache._key("a"))  # its time is over


async def flush(_world: World) -> Steps:
    await redis().flushdb()
    return
    yield


@pytest.mark.parametrize("seed", range(40))
async def test_however_they_fall_together_nothing_old_is_given(seed: int) -> None:
    """Readers, writers, writers that die and, in half of the worlds, a Redis that is flushed; each step in any order."""
    chance = random.Random(seed)
    kinds = [reader, reader, reader, writer, flush if seed % 2 else dead_writer]
    world, running = World(), list[Steps]()
    given = 0
    for _ in range(150):
        if len(running) < 5:
            running.append(chance.choice(kinds)(world))
        chosen = chance.choice(running)
        try:
            await anext(chosen)
        except StopAsyncIteration:
            running.remove(chosen)
        given += (await raw("a"))[0] not in (None, "?")
    assert given, "nothing was ever kept, so nothing was tried"

"""The lock on guessing. What a caller sees of it is in `tests/features/auth/test_login.py`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.exceptions import OperationalError

from kernel import clock, transaction
from kernel import redis as redis_module
from kernel.auth import lockout
from kernel.auth.lockout import (
    MAX_FAILURES,
    WINDOW_SECONDS,
    count_failure,
    counter_of,
    forget_failures,
    limit_guesses,
    refuse_if_locked,
    unlock,
)
from kernel.auth.sessions import open_session
from kernel.context import set_client
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import LoginFailures, User
from kernel.redis import connect, redis
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("app")


async def fail(times: int, name: str = "ann") -> None:
    for _ in range(times):
        with suppress(Refusal):
            await count_failure(name)


async def is_locked(name: str = "ann") -> bool:
    try:
        await refuse_if_locked(name)
    except Refusal as refused:
        return refused.code is Code.LOGIN_LOCKED
    return False


@contextmanager
def after(seconds: int) -> Iterator[None]:
    with clock.frozen(NOW + timedelta(seconds=seconds)):
        yield


async def test_the_fifth_failure_locks() -> None:
    assert (MAX_FAILURES, WINDOW_SECONDS) == (5, 900)
    await fail(4)
    assert not await is_locked()
    await fail(1)
    assert await is_locked()
    await fail(10)
    assert await is_locked()


async def test_a_sixth_failure_is_answered_as_the_right_password_would_be() -> None:
    """Of many guesses at once, the right one must not stand out among the wrong ones."""
    for _ in range(5):
        await count_failure("ann")
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await count_failure("ann")
        assert refused.value.code is Code.LOGIN_LOCKED


async def test_one_name_does_not_lock_another() -> None:
    await fail(5)
    for other in ("bob", "Ann", "ann ", "ann:", ""):
        assert not await is_locked(other)


async def test_success_forgets() -> None:
    await fail(4)
    await forget_failures("ann")
    await fail(4)
    assert not await is_locked()


async def test_a_locked_name_is_freed() -> None:
    """At its usual addresses as well, and of what this process counted; and no other name."""
    hanmei = await User.get(user_name="hanmei")
    set_client("203.0.113.7", None)
    await open_session(hanmei)
    counters = [lockout._counter("hanmei"), await counter_of("hanmei"), await counter_of("wangwei")]
    assert len(set(counters)) == 3
    for counter in counters:
        await fail(5, counter)
    lockout._count_here(counters[0])
    async with transaction(__name__):
        await unlock("hanmei")
    assert [await is_locked(counter) for counter in counters] == [False, False, True]
    assert counters[0] not in lockout._unwritten


async def test_failures_are_forgotten_a_quarter_of_an_hour_after_the_first() -> None:
    await fail(1)
    with after(600):
        await fail(3)
    with after(901):
        await fail(4)
        assert not await is_locked()
        await fail(1)
        assert await is_locked()


async def test_the_lock_lasts_a_quarter_of_an_hour_and_is_not_made_longer() -> None:
    await fail(4)
    with after(600):
        await fail(1)
    with after(1200):
        await fail(3)
    with after(1499):
        assert await is_locked()
    with after(1500):
        assert not await is_locked()
        await fail(1)
        assert not await is_locked()


async def test_workers_count_together_and_redis_has_no_part_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one worker counted, another one knows, with Redis or without; and nothing is gone when it comes back."""
    away = connect("redis://127.0.0.1:1")
    await fail(2)
    with monkeypatch.context() as patch:
        patch.setattr(redis_module, "_client", away)
        await fail(2)
        patch.setattr(lockout, "_unwritten", {})
        await fail(1)
        assert await is_locked()
        await away.aclose()
    await redis().flushall()
    assert await is_locked()


async def test_what_cannot_be_written_is_counted_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk people sign in, and guessing does not become free."""

    async def refuse(_name: str) -> int:
        raise OperationalError("database or disk is full")

    await fail(3)
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(lockout, "_count", refuse)
        patch.setattr(lockout, "_unwritten", {})
        patch.setattr(lockout, "_MOST_UNWRITTEN", 3)
        assert await guess(None) is None
        for _ in range(5):
            assert await guess(Code.WRONG_CREDENTIALS) is Code.WRONG_CREDENTIALS
        assert await guess(None) is Code.LOGIN_LOCKED
        for name in ("bob", "cid", "dan"):
            await fail(1, name)
        assert len(lockout._unwritten) == 3
    assert {line["log_level"] for line in logs} == {"warning"}


async def test_a_count_that_cannot_be_cleared_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def filter(self, **_: object) -> object:
            raise OperationalError("database or disk is full")

        get_or_none = LoginFailures.get_or_none

    await fail(3)
    with monkeypatch.context() as patch, capture_logs():
        patch.setattr(lockout, "LoginFailures", Full())
        assert await guess(None) is None


async def test_the_table_holds_a_quarter_of_an_hour() -> None:
    """Names that nobody has are counted as well, and must not fill the database."""
    for number in range(50):
        await count_failure(f"nobody{number}")
    with clock.frozen(NOW + timedelta(minutes=16)):
        for number in range(10):
            await count_failure(f"else{number}")
    assert await LoginFailures.all().count() == 10


async def test_what_is_kept_of_a_name_is_no_name() -> None:
    """People type their passwords into the wrong field."""
    await count_failure(await counter_of("correct horse"))
    assert "correct horse" not in str(await LoginFailures.all().values())


async def test_many_failures_at_once_are_all_counted() -> None:
    refused = await asyncio.gather(*(count_failure("ann") for _ in range(20)), return_exceptions=True)
    assert [type(each) for each in refused].count(Refusal) == 15
    assert (await LoginFailures.get()).failures == 20


async def test_a_count_that_a_rollback_would_undo_is_a_mistake() -> None:
    async with transaction(__name__):
        with pytest.raises(AssertionError, match="outside transactions"):
            async with limit_guesses("ann"):
                pass


async def guess(code: Code | None) -> Code | None:
    """The code of the refusal that whoever guesses is told; None if they get in."""
    try:
        async with limit_guesses("ann"):
            if code:
                raise Refusal(code)
    except Refusal as refused:
        return refused.code  # pyright: ignore[reportReturnType]  a Code
    return None


async def test_a_wrong_guess_counts_and_a_right_one_clears_the_count() -> None:
    for _ in range(4):
        assert await guess(Code.WRONG_CREDENTIALS) is Code.WRONG_CREDENTIALS
    assert await guess(None) is None
    for _ in range(5):
        assert await guess(Code.WRONG_CREDENTIALS) is Code.WRONG_CREDENTIALS
    assert await guess(None) is Code.LOGIN_LOCKED


async def test_another_refusal_is_no_guess() -> None:
    for _ in range(9):
        assert await guess(Code.ACCOUNT_DISABLED) is Code.ACCOUNT_DISABLED
    assert await guess(None) is None


async def test_the_right_one_comes_too_late_if_the_name_was_locked_while_it_was_verified() -> None:
    with pytest.raises(Refusal) as refused:
        async with limit_guesses("ann"):
            await fail(5, await counter_of("ann"))
    assert refused.value.code is Code.LOGIN_LOCKED
    assert await is_locked(await counter_of("ann"))


async def test_where_somebody_usually_is_they_are_not_locked_out_from_elsewhere() -> None:
    """And whoever guesses has five for all addresses together, but those."""
    user = await User.create(user_name="ann", password_hash="x")
    set_client("192.0.2.1", None)
    await open_session(user)
    at_home = await counter_of("ann")
    elsewhere = set()
    for address in ("198.51.100.1", "198.51.100.2", None):
        set_client(address, None)
        elsewhere.add(await counter_of("ann"))
    assert len(elsewhere) == 1
    assert at_home not in elsewhere
    assert await counter_of("bob") not in {at_home, *elsewhere}


async def test_an_address_from_which_somebody_was_impersonated_is_not_theirs() -> None:
    ann, soybean = await User.create(user_name="ann", password_hash="x"), await User.get(user_name="Soybean")
    before = await counter_of("ann")
    set_client("192.0.2.1", None)
    await open_session(ann, impersonator_id=soybean.id)
    assert await counter_of("ann") == before

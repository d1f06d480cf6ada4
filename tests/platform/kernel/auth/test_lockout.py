"""The lock on guessing. What a caller sees of it is in `tests/features/auth/test_login.py`."""

from contextlib import suppress

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from kernel import redis as redis_module
from kernel.auth import lockout
from kernel.auth.lockout import (
    MAX_FAILURES,
    WINDOW_SECONDS,
    count_failure,
    forget_failures,
    limit_guesses,
    refuse_if_locked,
)
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.redis import connect, redis

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


async def seconds_left(name: str = "ann") -> int:
    (key,) = await redis().keys(f"*{name}*")
    return await redis().ttl(key)


async def wait(seconds: int, name: str = "ann") -> None:
    """Let the time of the count pass, all at once."""
    (key,) = await redis().keys(f"*{name}*")
    await redis().expire(key, await redis().ttl(key) - seconds)


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


async def test_failures_are_forgotten_after_a_quarter_of_an_hour() -> None:
    await fail(1)
    assert 898 <= await seconds_left() <= 900
    await wait(600)
    await fail(3)
    assert 297 <= await seconds_left() <= 300


async def test_the_lock_lasts_a_quarter_of_an_hour_and_is_not_made_longer() -> None:
    await fail(4)
    await wait(600)
    await fail(1)
    assert 898 <= await seconds_left() <= 900
    await wait(600)
    await fail(3)
    assert 297 <= await seconds_left() <= 300


async def test_without_redis_this_process_counts(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that guessing never becomes free."""
    away, here = connect("redis://127.0.0.1:1"), connect("memory://")
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(redis_module, "_client", away)
        patch.setattr(lockout, "_fallback", lambda: here)
        await fail(5)
        assert await is_locked()
        assert not await is_locked("bob")
        await forget_failures("ann")
        assert not await is_locked()
        await away.aclose()
        await here.aclose()
    assert {line["log_level"] for line in logs} == {"warning"}
    assert not await is_locked()


async def test_in_process_counts_outlive_a_call() -> None:
    assert lockout._fallback() is lockout._fallback()


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
            await fail(5)
    assert refused.value.code is Code.LOGIN_LOCKED
    assert await is_locked()

"""Passwords: hashed as configured, beside the event loop, and as long for nobody as for somebody."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from kernel.auth import passwords
from kernel.auth.passwords import (
    MAX_LENGTH,
    NewPassword,
    ensure_strong,
    generate_password,
    hash_password,
    needs_renewal,
    queueing,
    verify_password,
)
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal, TransportRefusal
from tests.platform.kernel.conftest import Configure

RIGHT = "correct horse"


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of the thread of each piece of hashing, in order."""
    names: list[str] = []

    def noting(method: Callable[..., object]) -> Callable[..., object]:
        def noted(*arguments: object, **options: object) -> object:
            names.append(threading.current_thread().name)
            return method(*arguments, **options)

        return noted

    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, noting(getattr(PasswordHasher, name)))
    return names


async def test_the_right_password_is_known_by_its_hash() -> None:
    stored = await hash_password(RIGHT)
    assert RIGHT not in stored
    assert await verify_password(RIGHT, stored)
    for wrong in ("", "Correct horse", RIGHT + " ", RIGHT + "\0"):
        assert not await verify_password(wrong, stored)
    assert await hash_password(RIGHT) != stored


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=64,t=1,p=1$broken", "$2b$12$" + "x" * 53])
async def test_a_hash_that_is_none_is_known_by_nobody(stored: str) -> None:
    assert not await verify_password(RIGHT, stored)


async def test_the_cost_is_the_configured_one(configure: Configure) -> None:
    configure(ARGON2_MEMORY_KIB="128", ARGON2_TIME_COST="3", ARGON2_PARALLELISM="2")
    used = extract_parameters(await hash_password(RIGHT))
    assert (used.type, used.memory_cost, used.time_cost, used.parallelism) == (Type.ID, 128, 3, 2)


async def test_unless_told_it_is_what_owasp_asks_for(configure: Configure) -> None:
    configure(ARGON2_MEMORY_KIB=None, ARGON2_TIME_COST=None, ARGON2_PARALLELISM=None)
    assert (await hash_password(RIGHT)).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("changed", ["ARGON2_MEMORY_KIB", "ARGON2_TIME_COST", "ARGON2_PARALLELISM"])
async def test_a_hash_of_another_cost_is_good_and_due_for_renewal(changed: str, configure: Configure) -> None:
    stored = await hash_password(RIGHT)
    assert not needs_renewal(stored)
    configure(**{changed: "96" if changed == "ARGON2_MEMORY_KIB" else "2"})
    assert await verify_password(RIGHT, stored)
    assert needs_renewal(stored)


# --- time


async def test_the_loop_goes_on_while_passwords_are_verified(configure: Configure) -> None:
    configure(ARGON2_MEMORY_KIB=None, ARGON2_TIME_COST=None)
    stored = await hash_password(RIGHT)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticker = asyncio.create_task(tick())
    assert all(await asyncio.gather(*(verify_password(RIGHT, stored) for _ in range(8))))
    ticker.cancel()
    assert ticks > 3


async def test_hashing_has_threads_of_its_own(threads: list[str]) -> None:
    stored = await hash_password(RIGHT)
    await verify_password(RIGHT, stored)
    assert len(threads) == 2
    assert all(name.startswith("argon2") for name in threads)
    assert passwords._pool()._max_workers == os.cpu_count()


async def test_for_nobody_it_takes_the_same_work(threads: list[str]) -> None:
    stored = await hash_password(RIGHT)
    await verify_password("anything", None)
    del threads[:]
    assert not await verify_password("anything", stored)
    for_somebody = threads[:]
    del threads[:]
    assert not await verify_password("anything", None)
    assert len(threads) == len(for_somebody) == 1


async def test_for_nobody_the_cost_is_today_s(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(ARGON2_MEMORY_KIB="128", ARGON2_TIME_COST="3")
    verified: list[str] = []

    def verify(_hasher: PasswordHasher, stored: str, _password: str) -> bool:
        verified.append(stored)
        return True

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert await verify_password("anything", None) is False
    (stored,) = verified
    assert (extract_parameters(stored).memory_cost, extract_parameters(stored).time_cost) == (128, 3)


async def test_not_even_for_the_first_nobody_the_loop_waits(configure: Configure, threads: list[str]) -> None:
    configure()
    await verify_password("anything", None)
    assert threads
    assert all(name.startswith("argon2") for name in threads)


async def test_after_the_database_stood_still_people_sign_in_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_pace", passwords._Pace(seconds_each=30))
    async with AsyncExitStack() as admitted:
        for _ in range(8):
            await admitted.enter_async_context(queueing())
        with pytest.raises(TransportRefusal, match="1004"):
            await admitted.enter_async_context(queueing())
    assert passwords._pace.waiting == 0
    assert passwords._pace.seconds_each < 30


# --- strength


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 8 characters"),
        ("Ab1!xyz", "at least 8 characters"),
        ("x" * 60 + "abcd" * 18, "at most 128 characters"),
        ("12345678", "common"),
        ("PassWord", "common"),
        ("qwerty123", "common"),
        ("88888888", "common"),
        ("Mercede1", "common"),
        ("aaaaaaaa", "repeats itself"),
        ("abcabcabc", "repeats itself"),
        ("aAbBcCaA", "repeats itself"),
        ("xx-Ann.Bee-7", "holds the name"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        ensure_strong(password, user_name="ann.bee")
    assert refused.value.code is Code.PASSWORD_TOO_WEAK
    assert reason in refused.value.message
    assert not password or password not in refused.value.message


@pytest.mark.parametrize("password", ["ijkl5678", "correct horse", "пароль-для", "xyz " * 31 + "abcd", "ann-Bee-77"])
def test_a_strong_one_is_not(password: str) -> None:
    assert len(password) <= MAX_LENGTH
    ensure_strong(password, user_name="ann.bee")
    ensure_strong(password)


def test_common_are_the_ten_thousand_that_people_choose_most() -> None:
    """They are compared in lower case, so all of them must be in it. Shorter ones are refused before."""
    common = passwords.common_passwords()
    assert len(common) >= 10_000
    assert {"12345678", "password", "iloveyou", "mercede1"} <= common
    assert common == {each.lower() for each in common if len(each) >= passwords.MIN_LENGTH}


def test_they_are_read_by_whoever_asks_first() -> None:
    """Which takes 40 ms and 15 MB: no start waits for it."""
    asked = "import sys, kernel.auth.passwords as p; p.{}; sys.exit('zxcvbn.frequency_lists' in sys.modules)"
    runs = [subprocess.run([sys.executable, "-c", asked.format(each)]) for each in ("MIN_LENGTH", "common_passwords()")]
    assert [run.returncode for run in runs] == [0, 1]


def test_a_generated_one_can_be_read_aloud() -> None:
    generated = {generate_password() for _ in range(200)}
    assert len(generated) == 200
    for password in generated:
        assert len(password) == 16
        assert password.isascii()
        assert password.isalnum()
        assert not set(password) & set("0O1lI")
        assert any(letter.isdigit() for letter in password)
        ensure_strong(password)


async def test_a_new_password_comes_with_its_hash() -> None:
    chosen = await NewPassword.chosen(RIGHT)
    assert chosen.raw == RIGHT
    assert await verify_password(RIGHT, chosen.hash)
    generated = await NewPassword.generated()
    assert len(generated.raw) == 16
    assert await verify_password(generated.raw, generated.hash)


async def test_for_somebody_who_is_not_signed_in_it_waits_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = await NewPassword.chosen_by_anybody(RIGHT)
    assert await verify_password(RIGHT, chosen.hash)
    with pytest.raises(Refusal, match="2409"):
        await NewPassword.chosen_by_anybody("ann-is-here", user_name="ann")
    monkeypatch.setattr(passwords, "_pace", passwords._Pace(waiting=10_000))
    with pytest.raises(TransportRefusal, match="1004"):
        await NewPassword.chosen_by_anybody(RIGHT)


async def test_a_weak_one_is_taken_only_unchecked() -> None:
    with pytest.raises(Refusal, match="2409"):
        await NewPassword.chosen("ann-is-here", user_name="ann")
    assert (await NewPassword.unchecked("1")).raw == "1"

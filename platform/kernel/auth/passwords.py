"""Passwords: Argon2id, in a thread pool of its own, so that hashing neither blocks the loop nor starves other threads.

Parameters are those of the OWASP Password Storage Cheat Sheet (m = 19 MiB, t = 2, p = 1), configurable; a hash made
with others is renewed at the next sign-in.
"""

import asyncio
import os
import secrets
import string
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Self, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal, TransportRefusal
from kernel.settings import settings

MIN_LENGTH = 8  # NIST SP 800-63B section 5.1.1.2
MAX_LENGTH = 128
_GENERATED_LENGTH = 16
_UNAMBIGUOUS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))

T = TypeVar("T")

THREADS = os.cpu_count() or 1
MAX_WAIT_SECONDS = 2
_ALWAYS_ADMITTED = 8  # after the database stood still, too


@dataclass
class _Pace:
    """How many check a password, and how soon one of them is done after the other."""

    waiting: int = 0
    seconds_each: float = 0.05  # until it is known

    @property
    def most_waiting(self) -> int:
        return max(_ALWAYS_ADMITTED, int(MAX_WAIT_SECONDS / self.seconds_each))


_pace = _Pace()


def _hasher() -> PasswordHasher:
    config = settings()
    return _hasher_of(config.argon2_time_cost, config.argon2_memory_kib, config.argon2_parallelism)


@cache
def _hasher_of(time_cost: int, memory_kib: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="argon2")


async def _in_pool(work: Callable[..., T], *args: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(_pool(), work, *args)


@asynccontextmanager
async def queueing() -> AsyncIterator[None]:
    """Check a password within, and ask the database for all that it takes.

    Raises TransportRefusal (503) at once if more wait than can be served in two seconds: a flood of guesses would
    otherwise keep whoever knows the password waiting behind it, for the database as for the verification.
    """
    if _pace.waiting >= _pace.most_waiting:
        message = "Too many people sign in at this moment. Try again in a few seconds."
        raise TransportRefusal(503, Code.SERVICE_UNAVAILABLE, message, headers={"Retry-After": str(MAX_WAIT_SECONDS)})
    _pace.waiting += 1
    at_once, started = _pace.waiting, time.perf_counter()
    try:
        yield
    finally:
        _pace.waiting -= 1
        seconds = (time.perf_counter() - started) / at_once
        _pace.seconds_each += (seconds - _pace.seconds_each) / 10


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password and its hash. The hash takes 30 ms of CPU: make one before a transaction opens."""

    raw: str = field(repr=False)
    hash: str = field(repr=False)

    @classmethod
    async def generated(cls) -> Self:
        """A random one, for somebody who must change it at the first sign-in."""
        return await cls.unchecked(generate_password())

    @classmethod
    async def chosen(cls, raw: str, *, user_name: str = "", former: str = "") -> Self:
        """One that a person has chosen. Raises Refusal 2409 if it is too weak, or the one that they had."""
        if raw == former:
            raise Refusal(Code.PASSWORD_TOO_WEAK, "The new password is the old one; choose another.")
        ensure_strong(raw, user_name=user_name)
        return await cls.unchecked(raw)

    @classmethod
    async def chosen_by_anybody(cls, raw: str, *, user_name: str = "") -> Self:
        """As `chosen`, for somebody who is not signed in. Raises TransportRefusal 503 as `queueing` does."""
        async with queueing():
            return await cls.chosen(raw, user_name=user_name)

    @classmethod
    async def unchecked(cls, raw: str) -> Self:
        """One that is taken however weak it is."""
        return cls(raw, await hash_password(raw))


async def hash_password(password: str) -> str:
    """The hash to store, about 30 ms of CPU. Call it before a transaction opens: it must not hold a connection."""
    return await _in_pool(_hasher().hash, password)


async def verify_password(password: str, stored_hash: str | None) -> bool:
    """Whether `password` is the one behind `stored_hash`; for None False, after the time of a hash of today's cost."""
    return await _in_pool(_verify, stored_hash, password)


def needs_renewal(stored_hash: str) -> bool:
    """Whether the hash was made with parameters other than today's."""
    return _hasher().check_needs_rehash(stored_hash)


def generate_password() -> str:
    """A random password of 16 letters and digits that cannot be mistaken for one another."""
    while True:
        password = "".join(secrets.choice(_UNAMBIGUOUS) for _ in range(_GENERATED_LENGTH))
        if any(c.isdigit() for c in password) and any(c.isalpha() for c in password):
            return password


def ensure_strong(password: str, *, user_name: str = "") -> None:
    """Raise a refusal (2409) that says why a person may not choose this password."""
    if len(password) < MIN_LENGTH:
        raise Refusal(Code.PASSWORD_TOO_WEAK, f"The password is too weak: it needs at least {MIN_LENGTH} characters.")
    if len(password) > MAX_LENGTH:
        raise Refusal(Code.PASSWORD_TOO_WEAK, f"The password is too long: at most {MAX_LENGTH} characters.")
    lowered = password.lower()
    if lowered in common_passwords() or len(set(lowered)) < 4 or (user_name and user_name.lower() in lowered):
        raise Refusal(
            Code.PASSWORD_TOO_WEAK, "The password is too weak: it is common, repeats itself or holds the name."
        )


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that people choose most, in lower case, of those long enough to be chosen here.

    Read when the first is asked for: that takes 40 ms and 15 MB, which a worker where nobody chooses one is spared.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(each.lower() for each in FREQUENCY_LISTS["passwords"] if len(each) >= MIN_LENGTH)


def _verify(stored_hash: str | None, password: str) -> bool:
    hasher = _hasher()
    try:
        matches = hasher.verify(stored_hash or _hash_of_nobody(hasher), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored_hash is not None


@cache
def _hash_of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(16))

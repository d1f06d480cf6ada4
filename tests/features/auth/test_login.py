"""auth.login"""

import asyncio
import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from argon2 import PasswordHasher, extract_parameters
from fastapi import FastAPI
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion

from kernel import DEMO_PASSWORD, Status
from kernel.auth import lockout, passwords
from kernel.identity.models import User
from kernel.ids import encode
from kernel.redis import connect, redis
from tests.callers import shown
from tests.conftest import NOW, Cost

URL = "/api/v1/auth/login"


async def login(
    client: httpx.AsyncClient, password: str = DEMO_PASSWORD, *, user_name: str = "Soybean"
) -> httpx.Response:
    return await client.post(URL, json={"userName": user_name, "password": password})


async def code_of_login(client: httpx.AsyncClient, password: str = DEMO_PASSWORD, *, user_name: str = "Soybean") -> str:
    return (await login(client, password, user_name=user_name)).json()["code"]


async def fail(client: httpx.AsyncClient, times: int, *, user_name: str = "Soybean") -> None:
    for _ in range(times):
        assert await code_of_login(client, "wrong", user_name=user_name) == "2401"


async def stored(user_name: str = "Soybean") -> dict[str, Any]:
    """Everything that the database knows of the user."""
    return await User.get(user_name=user_name).values()


async def seconds_of_lock(user_name: str = "Soybean") -> int:
    (key,) = await redis().keys(f"*{user_name}*")
    return await redis().ttl(key)


@pytest.fixture
def redis_away(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where Redis should be, and this process has not counted anything yet."""
    monkeypatch.setattr(importlib.import_module("kernel.redis"), "_client", connect("redis://127.0.0.1:1"))
    in_process = connect("memory://")
    monkeypatch.setattr(lockout, "_fallback", lambda: in_process)


async def test_success(client: httpx.AsyncClient, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert shown(await login(client), events) == snapshot


async def test_both_tokens_name_the_user_and_one_session(client: httpx.AsyncClient) -> None:
    answer = (await login(client)).json()["data"]
    access, refresh = (
        jwt.decode(answer[name], options={"verify_signature": False, "verify_exp": False})
        for name in ("token", "refreshToken")
    )
    user = await User.get(user_name="Soybean")
    for claims in (access, refresh):
        assert (claims["sub"], claims["ver"], claims["iat"]) == (encode(user.id), 0, int(NOW.timestamp()))
        assert claims.keys() == {"sub", "ver", "sid", "typ", "iat", "exp", "jti"}
    assert access["sid"] == refresh["sid"]
    assert access["jti"] != refresh["jti"]
    assert (access["typ"], access["exp"] - access["iat"]) == ("access", timedelta(hours=12).total_seconds())
    assert (refresh["typ"], refresh["exp"] - refresh["iat"]) == ("refresh", timedelta(days=7).total_seconds())


async def test_the_token_opens_doors(client: httpx.AsyncClient) -> None:
    token = (await login(client)).json()["data"]["token"]
    answer = await client.get("/api/v1/auth/user-info", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["data"]["userName"] == "Soybean"


async def test_each_sign_in_is_a_session_of_its_own(client: httpx.AsyncClient) -> None:
    families = {
        jwt.decode((await login(client)).json()["data"]["token"], options={"verify_signature": False})["sid"]
        for _ in range(2)
    }
    assert len(families) == 2


async def test_a_due_password_change_is_told(client: httpx.AsyncClient) -> None:
    await User.filter(user_name="Soybean").update(must_change_password=True)
    assert (await login(client)).json()["data"]["mustChangePassword"] is True


async def test_only_the_last_login_changes(client: httpx.AsyncClient) -> None:
    """A sign-in is no edit: the audit columns keep naming whoever edited the user last, and the hash is as it was."""
    await User.filter(user_name="Soybean").update(updated_by="Super", updated_at=NOW - timedelta(days=3))
    before = await stored()
    assert await code_of_login(client) == "0000"
    assert await stored() == before | {"last_login": NOW}


async def test_a_hash_with_other_parameters_is_renewed(client: httpx.AsyncClient) -> None:
    old_hash = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(DEMO_PASSWORD)
    await User.filter(user_name="Soybean").update(password_hash=old_hash)
    before = await stored()
    assert await code_of_login(client) == "0000"
    after = await stored()
    parameters = extract_parameters(after["password_hash"])
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (64, 1, 1)
    assert {name for name in after if after[name] != before[name]} == {"password_hash", "last_login"}
    assert await code_of_login(client) == "0000"


async def test_a_wrong_password_renews_no_hash(client: httpx.AsyncClient) -> None:
    await User.filter(user_name="Soybean").update(password_hash=PasswordHasher(2, 128, 1).hash(DEMO_PASSWORD))
    before = await stored()
    await fail(client, 1)
    assert await stored() == before


async def test_an_unknown_name_and_a_wrong_password_are_one_refusal(client: httpx.AsyncClient) -> None:
    before = await stored()
    wrong, unknown = await login(client, "wrong"), await login(client, user_name="nobody")
    assert wrong.json() == unknown.json() == {"code": "2401", "msg": wrong.json()["msg"], "data": None}
    assert await stored() == before


async def test_an_unknown_name_takes_the_work_of_a_wrong_password(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    counting: Callable[[], AbstractContextManager[Cost]],
) -> None:
    """The same hashing, the same statements, the same commands: nothing in it takes longer."""
    hashed: list[object] = []
    verify = PasswordHasher.verify

    def verify_seen(hasher: PasswordHasher, stored_hash: str, password: str) -> bool:
        hashed.append(extract_parameters(stored_hash))
        return verify(hasher, stored_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify_seen)
    with counting() as of_wrong:
        await login(client, "wrong")
    with counting() as of_unknown:
        await login(client, "wrong", user_name="nobody")
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]
    assert of_unknown == of_wrong


@pytest.mark.parametrize("user_name", ["Soybean", "nobody"])
async def test_five_failures_lock_the_name_for_fifteen_minutes(client: httpx.AsyncClient, user_name: str) -> None:
    """Whether there is such a user or not, and for the right password too."""
    await fail(client, 5, user_name=user_name)
    assert await code_of_login(client, user_name=user_name) == "2408"
    assert await code_of_login(client, "wrong", user_name=user_name) == "2408"
    assert 890 <= await seconds_of_lock(user_name) <= 900
    assert (await stored())["last_login"] is None


async def test_another_name_is_not_locked(client: httpx.AsyncClient) -> None:
    await fail(client, 5)
    assert await code_of_login(client, user_name="Super") == "0000"


async def test_a_locked_name_may_be_right_again_when_redis_forgets(client: httpx.AsyncClient) -> None:
    await fail(client, 5)
    await redis().delete(*await redis().keys("*Soybean*"))
    assert await code_of_login(client) == "0000"


async def test_failures_are_forgotten_after_fifteen_minutes(client: httpx.AsyncClient) -> None:
    await fail(client, 1)
    assert 890 <= await seconds_of_lock() <= 900


async def test_the_lock_lasts_from_the_fifth_failure(client: httpx.AsyncClient) -> None:
    await fail(client, 4)
    (key,) = await redis().keys("*Soybean*")
    await redis().expire(key, 30)
    await fail(client, 1)
    assert 890 <= await seconds_of_lock() <= 900


async def test_trying_while_locked_does_not_lengthen_the_lock(client: httpx.AsyncClient) -> None:
    await fail(client, 5)
    (key,) = await redis().keys("*Soybean*")
    await redis().expire(key, 30)
    assert await code_of_login(client, "wrong") == "2408"
    assert await seconds_of_lock() <= 30


async def test_success_clears_the_count(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await fail(client, 4)
        assert await code_of_login(client) == "0000"


async def test_the_lock_holds_while_redis_is_away(client: httpx.AsyncClient, redis_away: None) -> None:
    await fail(client, 5)
    assert await code_of_login(client) == "2408"
    assert await code_of_login(client, user_name="Super") == "0000"


async def test_guesses_at_once_are_no_way_around_the_lock(client: httpx.AsyncClient) -> None:
    """After the fifth failure a wrong guess gets the answer that the right one would get, so that it tells nothing."""
    codes = await asyncio.gather(*(code_of_login(client, f"guess {number}") for number in range(30)))
    assert sorted(codes) == ["2401"] * 5 + ["2408"] * 25
    assert await code_of_login(client) == "2408"


async def test_a_right_guess_that_is_verified_after_the_fifth_failure_comes_too_late(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    came, failed = asyncio.Event(), asyncio.Event()

    async def verify_late(password: str, stored_hash: str | None) -> bool:
        if password == DEMO_PASSWORD:
            came.set()
            await failed.wait()
        return await passwords.verify_password(password, stored_hash)

    monkeypatch.setattr("features.auth.login.verify_password", verify_late)
    right = asyncio.create_task(code_of_login(client))
    async with asyncio.timeout(5):
        await came.wait()
        await fail(client, 5)
        failed.set()
        assert await right == "2408"
    assert (await stored())["last_login"] is None


async def test_the_right_guess_among_many_at_once_frees_no_more_than_five(client: httpx.AsyncClient) -> None:
    """Five wrong ones before it, and if it succeeds, and so clears the count, five after it."""
    tries = [f"guess {number}" for number in range(30)]
    tries.insert(15, DEMO_PASSWORD)
    codes = await asyncio.gather(*(code_of_login(client, each) for each in tries))
    assert codes.count("2401") <= 10


async def test_a_disabled_account_is_told_only_to_who_knows_the_password(client: httpx.AsyncClient) -> None:
    await User.filter(user_name="Soybean").update(status_type=Status.DISABLED)
    before = await stored()
    await fail(client, 1)
    assert await code_of_login(client) == "2102"
    assert await stored() == before


async def test_a_changed_letter_is_another_name(client: httpx.AsyncClient) -> None:
    assert await code_of_login(client, user_name="soybean") == "2401"
    assert await code_of_login(client, user_name="Soybean ") == "2401"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"userName": "Soybean"},
        {"password": DEMO_PASSWORD},
        {"userName": "", "password": DEMO_PASSWORD},
        {"userName": "Soybean", "password": ""},
        {"userName": None, "password": None},
        {"userName": "S" * 65, "password": DEMO_PASSWORD},
        {"userName": "Soybean", "password": "1" * 129},
        {"userName": ["Soybean"], "password": DEMO_PASSWORD},
    ],
)
async def test_both_name_and_password_are_needed(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = (await client.post(URL, json=body)).json()
    assert answer["code"] == "1200"
    assert {error["field"] for error in answer["data"]["errors"]} <= {"userName", "password"}


async def test_the_password_is_in_no_log_line(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        await login(client, "a secret guess")
        await login(client)
    assert lines
    assert "a secret guess" not in str(lines)
    assert DEMO_PASSWORD not in str(lines)


async def test_the_password_is_in_no_answer(client: httpx.AsyncClient) -> None:
    """Not even where it is the field that is refused."""
    for password in ("hunter2", "hunter2" * 30, ["hunter2"], {"hunter2": 1}):
        answer = await client.post(URL, json={"userName": "Soybean", "password": password})
        assert answer.json()["code"] in {"1200", "2401"}
        assert "hunter2" not in answer.text

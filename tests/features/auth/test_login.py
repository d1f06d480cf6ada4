"""auth.login"""

import asyncio
import sqlite3
import threading
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion
from tortoise.exceptions import OperationalError
from tortoise.queryset import UpdateQuery

from kernel import DEMO_PASSWORD, Status, clock
from kernel.auth import lockout, passwords
from kernel.identity.models import LoginLog, User
from tests.callers import Answer, Caller, as_snapshot, bearer
from tests.conftest import NOW, Counting
from tests.state import unchanged

FAILURES = "sys_login_failures"


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await login(client), events) == snapshot


async def test_the_token_opens_doors(client: Caller) -> None:
    client.headers.update(bearer((await login(client)).data["token"]))
    assert (await client.call("auth.user_info")).data["userName"] == "Soybean"


async def test_a_due_password_change_is_told(client: Caller) -> None:
    await User.filter(user_name="Soybean").update(must_change_password=True)
    assert (await login(client)).data["mustChangePassword"] is True


async def test_only_the_last_login_changes(client: Caller) -> None:
    """A sign-in is no edit: the audit columns keep naming whoever edited the user last, and the hash is as it was."""
    await User.filter(user_name="Soybean").update(updated_by="Super", updated_at=NOW.replace(day=12))
    before = await stored()
    assert (await login(client)).code == "0000"
    assert await stored() == before | {"last_login": NOW}


async def test_a_hash_with_other_parameters_is_renewed(client: Caller) -> None:
    await hash_otherwise()
    before = await stored()
    assert (await login(client)).code == "0000"
    after = await stored()
    parameters = extract_parameters(after["password_hash"])
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (64, 1, 1)
    assert {name for name in after if after[name] != before[name]} == {"password_hash", "last_login"}
    assert (await login(client)).code == "0000"


async def test_a_database_that_cannot_save_opens_no_session(client: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could not be ended either."""

    async def fail(_query: object) -> int:
        raise OperationalError(sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(UpdateQuery, "_execute", fail)
    async with unchanged():
        answer = await login(client)
    assert (answer.status, answer.code) == (503, "1004")


async def test_a_wrong_password_renews_no_hash(client: Caller) -> None:
    await hash_otherwise()
    async with unchanged(but=FAILURES):
        await fail(client, 1)


async def test_an_unknown_name_and_a_wrong_password_are_one_refusal(client: Caller) -> None:
    async with unchanged(but=FAILURES):
        wrong, unknown = await login(client, "wrong"), await login(client, user_name="nobody")
    assert wrong.body == unknown.body == {"code": "2401", "msg": wrong.body["msg"], "data": None}


async def test_an_unknown_name_takes_the_work_of_a_wrong_password(
    client: Caller, monkeypatch: pytest.MonkeyPatch, counting: Counting
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


async def test_while_hashes_wait_for_renewal_unknown_names_cost_what_known_ones_do(
    client: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the users have an old hash: so does what stands in for about half of the unknown names, always the same half."""
    hashed: list[int] = []
    verify = PasswordHasher.verify

    def verify_seen(hasher: PasswordHasher, stored_hash: str, password: str) -> bool:
        hashed.append(extract_parameters(stored_hash).memory_cost)
        return verify(hasher, stored_hash, password)

    users = await User.all().order_by("id")
    old_hash = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(DEMO_PASSWORD)
    await User.filter(id__in=[user.id for user in users[::2]]).update(password_hash=old_hash)
    monkeypatch.setattr(PasswordHasher, "verify", verify_seen)
    names = [f"nobody{number}" for number in range(60)]
    for name in names * 2:
        assert (await login(client, "wrong", user_name=name)).code == "2401"
    assert len(hashed) == 120
    assert hashed[:60] == hashed[60:]
    assert 15 < hashed[:60].count(128) < 45
    del hashed[:]
    for user in users[:10]:
        await login(client, "wrong", user_name=user.user_name)
    assert hashed == [128, 64] * 5


async def test_nobody_gets_in_by_the_password_of_whoever_stands_in(client: Caller) -> None:
    """Every user has this password, so whoever stands in has it as well."""
    await User.all().update(password_hash=PasswordHasher(1, 64, 1).hash(DEMO_PASSWORD))
    for number in range(20):
        assert (await login(client, user_name=f"nobody{number}")).code == "2401"


async def test_a_flood_of_guesses_is_turned_away_and_the_right_password_soon_served(
    client: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While 200 come at once, no more wait than can be served in two seconds; the others are told so at once."""
    go_on, verify = threading.Event(), PasswordHasher.verify

    def verify_slowly(hasher: PasswordHasher, stored_hash: str, password: str) -> bool:
        go_on.wait(10)
        return verify(hasher, stored_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify_slowly)
    monkeypatch.setattr(passwords, "_pace", passwords._Pace(seconds_each=2 / 21))
    flood = [asyncio.create_task(login(client, "wrong", user_name=f"nobody{number}")) for number in range(200)]
    as_they_come = asyncio.as_completed(flood)
    turned_away = [await next(as_they_come) for _ in range(179)]
    assert {(answer.status, answer.code) for answer in turned_away} == {(503, "1004")}
    assert {answer.headers["Retry-After"] for answer in turned_away} <= {"2", "5"}  # 5: the pool of a busy machine
    go_on.set()
    answers = await asyncio.gather(*flood)
    assert sorted({answer.code for answer in answers}) == ["1004", "2401"]
    assert (await login(client)).code == "0000"
    assert passwords._pace.waiting == 0


async def test_a_flood_is_turned_away_before_it_waits_for_the_database(
    client: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would otherwise take every connection, and the right password wait for one behind it."""
    go_on, ask = asyncio.Event(), lockout.refuse_if_locked

    async def ask_slowly(user_name: str) -> bool:
        await go_on.wait()
        return await ask(user_name)

    monkeypatch.setattr(lockout, "refuse_if_locked", ask_slowly)
    monkeypatch.setattr(passwords, "_pace", passwords._Pace(seconds_each=2 / 21))
    flood = [asyncio.create_task(login(client, "wrong", user_name=f"nobody{number}")) for number in range(60)]
    as_they_come = asyncio.as_completed(flood, timeout=5)
    assert {(await next(as_they_come)).code for _ in range(39)} == {"1004"}
    go_on.set()
    assert [answer.code for answer in await asyncio.gather(*flood)].count("2401") == 21


async def test_whoever_is_turned_away_has_not_guessed(client: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_pace", passwords._Pace(waiting=10_000))
        async with unchanged():
            for _ in range(6):
                assert (await login(client, "wrong")).code == "1004"
    assert (await login(client)).code == "0000"


@pytest.mark.parametrize("user_name", ["Soybean", "nobody"])
async def test_five_failures_lock_the_name(client: Caller, user_name: str) -> None:
    """Whether there is such a user or not, and for the right password too."""
    async with unchanged(but=FAILURES):
        await fail(client, 5, user_name=user_name)
        assert (await login(client, user_name=user_name)).code == "2408"
        assert (await login(client, "wrong", user_name=user_name)).code == "2408"


async def test_success_clears_the_count(client: Caller) -> None:
    for _ in range(2):
        await fail(client, 4)
        assert (await login(client)).code == "0000"


async def test_guesses_at_once_are_no_way_around_the_lock(client: Caller) -> None:
    """After the fifth failure a wrong guess gets the answer that the right one would get, so that it tells nothing."""
    answers = await asyncio.gather(*(login(client, f"guess {number}") for number in range(30)))
    assert sorted(answer.code for answer in answers) == ["2401"] * 5 + ["2408"] * 25
    assert (await login(client)).code == "2408"


async def test_a_right_guess_that_is_verified_after_the_fifth_failure_comes_too_late(
    client: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    came, failed = asyncio.Event(), asyncio.Event()

    async def verify_late(password: str, stored_hash: str | None) -> bool:
        if password == DEMO_PASSWORD:
            came.set()
            await failed.wait()
        return await passwords.verify_password(password, stored_hash)

    monkeypatch.setattr("kernel.auth.credentials.verify_password", verify_late)
    async with unchanged(but=FAILURES), asyncio.timeout(5):
        right = asyncio.create_task(login(client))
        await came.wait()
        await fail(client, 5)
        failed.set()
        assert (await right).code == "2408"


async def test_the_right_guess_among_many_at_once_frees_no_more_than_five(client: Caller) -> None:
    """Five wrong ones before it, and if it succeeds, and so clears the count, five after it."""
    tries = [f"guess {number}" for number in range(30)]
    tries.insert(15, DEMO_PASSWORD)
    answers = await asyncio.gather(*(login(client, each) for each in tries))
    assert [answer.code for answer in answers].count("2401") <= 10


async def test_a_disabled_account_is_told_only_to_who_knows_the_password(client: Caller) -> None:
    await User.filter(user_name="Soybean").update(status_type=Status.DISABLED)
    async with unchanged(but=FAILURES):
        await fail(client, 1)
        assert (await login(client)).code == "2102"


async def test_a_changed_letter_is_another_name(client: Caller) -> None:
    assert (await login(client, user_name="soybean")).code == "2401"
    assert (await login(client, user_name="Soybean ")).code == "2401"


@pytest.mark.parametrize(
    ("user_name", "password"),
    [("", ""), (None, None), ("S" * 65, "1" * 129), (["Soybean"], ["123456"])],
)
async def test_both_name_and_password_are_needed(client: Caller, user_name: object, password: object) -> None:
    answer = await client.call("auth.login", user_name=user_name, password=password)
    assert (answer.code, answer.wrong_fields) == ("1200", ["userName", "password"])


async def test_the_password_is_in_no_log_line(client: Caller) -> None:
    with capture_logs() as lines:
        await login(client, "a secret guess")
        await login(client)
    assert lines
    assert "a secret guess" not in str(lines)
    assert DEMO_PASSWORD not in str(lines)


async def test_the_password_is_in_no_answer(client: Caller) -> None:
    """Not even where it is the field that is refused."""
    for password in ("hunter2", "hunter2" * 30, ["hunter2"], {"hunter2": 1}):
        answer = await client.call("auth.login", user_name="Soybean", password=password)
        assert answer.code in {"1200", "2401"}
        assert "hunter2" not in answer.text


async def login(client: Caller, password: str = DEMO_PASSWORD, *, user_name: str = "Soybean") -> Answer:
    return await client.call("auth.login", user_name=user_name, password=password)


async def fail(client: Caller, times: int, *, user_name: str = "Soybean") -> None:
    for _ in range(times):
        assert (await login(client, "wrong", user_name=user_name)).code == "2401"


async def hash_otherwise() -> None:
    """The password is kept by a hash of another cost than today's."""
    old_hash = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1).hash(DEMO_PASSWORD)
    await User.filter(user_name="Soybean").update(password_hash=old_hash)


async def stored() -> dict[str, Any]:
    """Everything that the database knows of the user."""
    return await User.get(user_name="Soybean").values()


async def test_sign_ins_are_logged_well_or_not(client: Caller) -> None:
    client.headers["User-Agent"] = "Browser/1.0"
    await login(client)
    await login(client, "wrong")
    await login(client, "correct horse", user_name="a password in the wrong field")
    entries = await LoginLog.all().order_by("id").values_list("event", "code", "user_name", "agent")
    assert list(entries) == [
        ("sign_in", "0000", "Soybean", "Browser/1.0"),
        ("sign_in", "2401", "Soybean", "Browser/1.0"),
        ("sign_in", "2401", None, "Browser/1.0"),
    ]


async def test_a_flood_leaves_few_entries(client: Caller) -> None:
    """One a minute of what nothing else bounds: sign-ins by a name that is locked, or that nobody has."""
    for _ in range(9):
        await login(client, "wrong")
        await login(client, "wrong", user_name="nobody")
    with clock.frozen(NOW + timedelta(minutes=1)):
        await login(client, "wrong")
    entries = await LoginLog.all().order_by("id").values_list("code", "user_name")
    assert sorted(entries, key=str) == [
        *[("2401", "Soybean")] * 5,
        ("2401", None),
        *[("2408", "Soybean")] * 2,
        ("2408", None),
    ]

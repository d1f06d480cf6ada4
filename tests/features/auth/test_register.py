"""auth.register"""

import asyncio
import re
from typing import Any

import pytest
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.auth import passwords
from kernel.identity.models import Captcha, LoginLog, Role, User
from kernel.ids import kind_of
from kernel.startup.demo_accounts import _holders
from tests.callers import Answer, Caller, as_snapshot, bearer
from tests.conftest import NOW
from tests.features.auth.conftest import Sent, wrong
from tests.hostile.requests import columns
from tests.state import unchanged

PHONE, TAKEN = "+8613811112222", "+8613800000001"
CAPTCHAS = "sys_captcha"
PASSWORD = "correct horse"


async def register(client: Caller, code: object, **changes: object) -> Answer:
    body = {"phone": PHONE, "code": code, "password": PASSWORD, "user_name": "lilei"}
    return await client.call("auth.register", **body | changes)


async def test_success(client: Caller, sent: Sent, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await register(client, await sent(PHONE)), events) == snapshot


async def test_the_account_is_one_s_own(client: Caller, sent: Sent) -> None:
    await register(client, await sent(PHONE), phone="+86 138 1111 2222")
    user = await User.get(user_name="lilei")
    assert [role.role_code for role in await user.roles] == ["R_USER"]
    assert (user.user_phone, user.nick_name, user.user_email, user.must_change_password) == (PHONE, None, None, False)
    assert (user.created_by, user.updated_by, user.created_at) == ("lilei", "lilei", NOW)
    signed_in = await client.call("auth.login", user_name="lilei", password=PASSWORD)
    assert signed_in.data["mustChangePassword"] is False
    client.headers.update(bearer(signed_in.data["token"]))
    assert (await client.call("auth.user_info")).data["roles"] == ["R_USER"]


async def test_nothing_else_is_ones_own_to_say(client: Caller, sent: Sent) -> None:
    """Mass assignment: every column of every table."""
    declared = {"phone", "code", "password", "user_name", "userName"}
    said = dict.fromkeys(sorted(columns() - declared), "2")
    await register(client, await sent(PHONE), **said | {"byUserRoleCodeList": ["R_SUPER"], "roles": ["R_SUPER"]})
    user = await User.get(user_name="lilei").values()
    assert {
        name: user[name] for name in ("status_type", "token_version", "created_by", "nick_name", "user_gender")
    } == {
        "status_type": Status.ENABLED,
        "token_version": 0,
        "created_by": "lilei",
        "nick_name": None,
        "user_gender": "3",
    }
    assert [role.role_code for role in await (await User.get(user_name="lilei")).roles] == ["R_USER"]


async def test_the_login_log_tells_of_it(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    await register(client, wrong(code))
    await register(client, code)
    logged = [(each.event, each.user_name, each.code) for each in await LoginLog.all().order_by("id")]
    assert logged == [("register", None, "2402"), ("register", "lilei", "0000")]


async def test_it_is_never_taken_for_one_of_demo_mode(client: Caller, sent: Sent) -> None:
    """Those are found by their password, among the accounts that nobody opened."""
    await register(client, await sent(PHONE))
    demo_account = await User.get(user_name="Soybean")
    await User.filter(user_name="lilei").update(password_hash=demo_account.password_hash)
    assert "lilei" not in [user.user_name for user in await _holders()]


@pytest.mark.parametrize("nothing", [{"user_name": None}, {"user_name": ""}], ids=["null", "blank"])
async def test_without_a_name_one_is_made(nothing: dict[str, Any], client: Caller, sent: Sent) -> None:
    answer = await register(client, await sent(PHONE), **nothing)
    user = await User.get(id=kind_of(User).decode(answer.data["createdId"]))
    assert re.fullmatch("user_[a-z0-9]{8}", user.user_name)
    assert user.created_by == user.user_name


async def test_a_wrong_code(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        assert (await register(client, wrong(code))).code == "2402"
        assert (await register(client, code, phone=TAKEN)).code == "2402"


async def test_a_wrong_code_is_told_before_a_hash_is_made(client: Caller, sent: Sent, no_hashing: None) -> None:
    """Or whoever has no phone at all could keep every thread busy."""
    assert (await register(client, wrong(await sent(PHONE)))).code == "2402"


@pytest.fixture
def no_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_password: str) -> str:
        raise AssertionError("nothing was to be hashed")

    monkeypatch.setattr(passwords, "hash_password", fail)


@pytest.mark.parametrize("password", ["short", "MERCEDE1", "lilei-1990", "aaaaaaaaaa"])
async def test_a_weak_password_costs_no_try(password: str, client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    async with unchanged():
        for _ in range(6):
            assert (await register(client, code, password=password)).code == "2409"
    assert (await register(client, code)).code == "0000"


@pytest.mark.parametrize(
    ("taken", "code"),
    [({"phone": TAKEN}, "2303"), ({"user_name": "hanmei"}, "2304"), ({"user_name": "HanMei"}, "2304")],
)
async def test_what_is_taken_costs_a_try_and_leaves_the_code(
    taken: dict[str, Any], code: str, client: Caller, sent: Sent
) -> None:
    sent_code = await sent(taken.get("phone", PHONE))
    async with unchanged(but=CAPTCHAS):
        for _ in range(4):
            assert (await register(client, sent_code, **taken)).code == code
    assert (await Captcha.get()).tries == 4
    if code == "2304":
        assert (await register(client, sent_code, user_name="lilei")).code == "0000"


async def test_a_code_is_good_for_one_account(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    assert (await register(client, code)).code == "0000"
    async with unchanged():
        assert (await register(client, code, user_name="hanmeimei")).code == "2402"


async def test_of_many_at_once_with_one_code_one_is_registered(client: Caller, sent: Sent) -> None:
    code, names = await sent(PHONE), [f"lilei{number}" for number in range(8)]
    answers = await asyncio.gather(*(register(client, code, user_name=name) for name in names))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2402"] * 7
    assert await User.filter(user_name__in=names).count() == 1


async def test_of_many_at_once_with_names_that_look_alike_one_is_registered(client: Caller, sent: Sent) -> None:
    alike = ["lilei", "LILEI", "LiLei", "liLEI", "Lilei", "lIlEi", "LIlei", "liLei"]
    phones = [f"+861381111{number:04}" for number in range(8)]
    sent_codes = [await sent(phone) for phone in phones]
    answers = await asyncio.gather(
        *(
            register(client, code, phone=phone, user_name=name)
            for name, phone, code in zip(alike, phones, sent_codes, strict=True)
        )
    )
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2304"] * 7
    assert await User.filter(user_name_key="lilei").count() == 1


@pytest.mark.parametrize("closed", ["disabled", "deleted"])
async def test_without_its_role_nobody_can_register(closed: str, client: Caller, sent: Sent) -> None:
    if closed == "disabled":
        await Role.filter(role_code="R_USER").update(status_type=Status.DISABLED)
    else:
        await Role.filter(role_code="R_USER").update(role_code="R_GUEST")
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        answer = await register(client, code)
    assert (answer.status, answer.code) == (200, "2200")
    assert "R_USER" in answer.body["msg"]


async def test_a_flood_is_turned_away_and_leaves_the_code(
    client: Caller, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await sent(PHONE)
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_pace", passwords._Pace(waiting=10_000))
        async with unchanged(but=CAPTCHAS):
            answer = await register(client, code)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "1004", "2")
    assert (await register(client, code)).code == "0000"


async def test_wrong_values(client: Caller, sent: Sent) -> None:
    async with unchanged():
        answer = await register(client, "1234567", phone="me", password="p" * 129, user_name="li lei")
    assert (answer.code, answer.wrong_fields) == ("1200", ["phone", "code", "password", "userName"])


async def test_secrets_are_in_no_log_line_and_no_answer(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    with capture_logs() as lines:
        answer = await register(client, code)
    for secret in (code, PASSWORD):
        assert secret not in str(lines) + answer.text

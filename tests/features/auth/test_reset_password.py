"""auth.reset_password"""

import asyncio

import pytest
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.auth import passwords
from kernel.auth.passwords import verify_password
from kernel.identity.models import Captcha, LoginLog, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.auth.conftest import Sent, wrong
from tests.state import unchanged

PHONE, NOBODYS = "+8613800000001", "+8613811112222"
CAPTCHAS = "sys_captcha"
NEW = "correct horse"


async def reset(client: Caller, code: object, phone: object = PHONE, password: object = NEW) -> Answer:
    return await client.call("auth.reset_password", phone=phone, code=code, password=password)


async def login(client: Caller, password: str = NEW) -> Answer:
    return await client.call("auth.login", user_name="zhaomin", password=password)


async def test_success(client: Caller, sent: Sent, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await reset(client, await sent(PHONE), "+86 138 0000 0001"), events) == snapshot
    assert await verify_password(NEW, (await User.get(user_name="zhaomin")).password_hash)


async def test_it_ends_every_session_of_the_user_and_no_other(client: Caller, sent: Sent, signed_in: SignedIn) -> None:
    here, there, other = await signed_in("zhaomin"), await signed_in("zhaomin"), await signed_in("hanmei")
    await reset(client, await sent(PHONE))
    codes = [(await caller.call("auth.user_info")).code for caller in (here, there, other)]
    assert codes == ["2106", "2106", "0000"]
    assert (await login(client)).code == "0000"


async def test_the_login_log_tells_of_it(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    await reset(client, wrong(code))
    await reset(client, code)
    logged = [(each.event, each.user_name, each.code) for each in await LoginLog.all().order_by("id")]
    assert logged == [("password_reset", "zhaomin", "2402"), ("password_reset", "zhaomin", "0000")]


async def test_whose_password_change_was_due_is_free(client: Caller, sent: Sent) -> None:
    await User.filter(user_name="zhaomin").update(must_change_password=True)
    await reset(client, await sent(PHONE))
    assert (await login(client)).data["mustChangePassword"] is False


async def test_a_locked_name_is_free(client: Caller, sent: Sent) -> None:
    for _ in range(6):
        await login(client, "wrong")
    assert (await login(client, "123456")).code == "2408"
    await reset(client, await sent(PHONE))
    assert (await login(client)).code == "0000"


async def test_a_wrong_code(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        for _ in range(5):
            assert (await reset(client, wrong(code))).code == "2402"
        assert (await reset(client, code)).code == "2402"


async def test_a_code_of_another_phone(client: Caller, sent: Sent) -> None:
    code = await sent(NOBODYS)
    async with unchanged():
        assert (await reset(client, code)).code == "2402"


async def test_a_phone_without_an_account_is_told_only_to_who_holds_it(client: Caller, sent: Sent) -> None:
    code = await sent(NOBODYS)
    async with unchanged(but=CAPTCHAS):
        assert (await reset(client, wrong(code), NOBODYS)).code == "2402"
        assert (await reset(client, code, NOBODYS)).code == "2404"


async def test_a_disabled_account_is_told_only_to_who_holds_the_phone(client: Caller, sent: Sent) -> None:
    await User.filter(user_name="zhaomin").update(status_type=Status.DISABLED)
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        assert (await reset(client, wrong(code))).code == "2402"
        assert (await reset(client, code)).code == "2102"


@pytest.mark.parametrize("password", ["short", "MERCEDE1", "aaaaaaaaaa"])
async def test_a_weak_password_costs_no_try(password: str, client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    async with unchanged():
        assert (await reset(client, code, password=password)).code == "2409"
    assert (await reset(client, code)).code == "0000"


async def test_one_with_the_name_in_it_leaves_the_code(client: Caller, sent: Sent) -> None:
    """Whose the phone is, is known only once the code was right."""
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        assert (await reset(client, wrong(code), password="zhaomin-1990")).code == "2402"
        assert (await reset(client, code, password="zhaomin-1990")).code == "2409"
    assert (await Captcha.get()).tries == 2
    assert (await reset(client, code)).code == "0000"


async def test_a_code_is_good_once(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    assert (await reset(client, code)).code == "0000"
    async with unchanged():
        assert (await reset(client, code, password="battery staple")).code == "2402"


async def test_of_many_at_once_one_wins(client: Caller, sent: Sent) -> None:
    code, chosen = await sent(PHONE), [f"battery staple {number}" for number in range(8)]
    answers = await asyncio.gather(*(reset(client, code, password=each) for each in chosen))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2402"] * 7
    (won,) = [each for each, answer in zip(chosen, answers, strict=True) if answer.code == "0000"]
    user = await User.get(user_name="zhaomin")
    assert await verify_password(won, user.password_hash)
    assert user.token_version == 1


async def test_a_flood_is_turned_away_and_leaves_the_code(
    client: Caller, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await sent(PHONE)
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_pace", passwords._Pace(waiting=10_000))
        async with unchanged(but=CAPTCHAS):
            assert (await reset(client, code)).code == "1004"
    assert (await reset(client, code)).code == "0000"


async def test_wrong_values(client: Caller, sent: Sent) -> None:
    async with unchanged():
        answer = await reset(client, "1234567", "me", "p" * 129)
    assert (answer.code, answer.wrong_fields) == ("1200", ["phone", "code", "password"])


async def test_secrets_are_in_no_log_line_and_no_answer(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    with capture_logs() as lines:
        answer = await reset(client, code)
    for secret in (code, NEW):
        assert secret not in str(lines) + answer.text

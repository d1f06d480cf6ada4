"""auth.code_login"""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion

from kernel import Status, clock
from kernel.identity.models import Captcha, LoginLog, Session, User
from tests.callers import Answer, Caller, as_snapshot, bearer
from tests.conftest import NOW
from tests.features.auth.conftest import Sent, wrong
from tests.state import unchanged

PHONE, NOBODYS = "+8613800000001", "+8613811112222"
CAPTCHAS = "sys_captcha"


async def login(client: Caller, code: object, phone: object = PHONE) -> Answer:
    return await client.call("auth.code_login", phone=phone, code=code)


async def test_success(client: Caller, sent: Sent, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await login(client, await sent(PHONE)), events) == snapshot


async def test_the_token_opens_doors(client: Caller, sent: Sent) -> None:
    """The phone may be written in any way, and the code with blanks around it."""
    answer = await login(client, f" {await sent(PHONE)} ", "+86 (138) 0000-0001")
    client.headers.update(bearer(answer.data["token"]))
    assert (await client.call("auth.user_info")).data["userName"] == "zhaomin"
    user = await User.get(user_name="zhaomin")
    assert user.last_login == NOW
    assert await Session.filter(user_id=user.id).count() == 1


async def test_the_login_log_tells_of_it(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    await login(client, wrong(code))
    await login(client, code)
    logged = [(each.event, each.user_name, each.code) for each in await LoginLog.all().order_by("id")]
    assert logged == [("code_sign_in", "zhaomin", "2402"), ("code_sign_in", "zhaomin", "0000")]


async def test_a_due_password_change_is_told(client: Caller, sent: Sent) -> None:
    await User.filter(user_name="zhaomin").update(must_change_password=True)
    assert (await login(client, await sent(PHONE))).data["mustChangePassword"] is True


async def test_a_wrong_code(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        for _ in range(5):
            assert (await login(client, wrong(code))).code == "2402"
        assert (await login(client, code)).code == "2402"


async def test_a_code_of_another_phone(client: Caller, sent: Sent) -> None:
    code = await sent(NOBODYS)
    async with unchanged():
        assert (await login(client, code)).code == "2402"


async def test_a_code_that_has_expired(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    async with unchanged():
        with clock.frozen(NOW + timedelta(minutes=5)):
            assert (await login(client, code)).code == "2402"


async def test_a_code_is_good_once(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    assert (await login(client, code)).code == "0000"
    async with unchanged():
        assert (await login(client, code)).code == "2402"


async def test_of_many_at_once_one_gets_in(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    answers = await asyncio.gather(*(login(client, code) for _ in range(8)))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2402"] * 7
    assert await Session.all().count() == 1


async def test_guesses_at_once_are_five_tries(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    answers = await asyncio.gather(*(login(client, wrong(code)) for _ in range(30)))
    assert {answer.code for answer in answers} == {"2402"}
    assert (await Captcha.get()).tries == 5
    assert (await login(client, code)).code == "2402"


async def test_a_phone_without_an_account_is_told_only_to_who_holds_it(client: Caller, sent: Sent) -> None:
    code = await sent(NOBODYS)
    async with unchanged(but=CAPTCHAS):
        assert (await login(client, wrong(code), NOBODYS)).code == "2402"
        assert (await login(client, code, NOBODYS)).code == "2404"
        assert (await login(client, code, NOBODYS)).code == "2404"


async def test_a_disabled_account_is_told_only_to_who_holds_the_phone(client: Caller, sent: Sent) -> None:
    await User.filter(user_name="zhaomin").update(status_type=Status.DISABLED)
    code = await sent(PHONE)
    async with unchanged(but=CAPTCHAS):
        assert (await login(client, wrong(code))).code == "2402"
        assert (await login(client, code)).code == "2102"


async def test_guesses_at_the_password_keep_nobody_out_who_has_the_phone(client: Caller, sent: Sent) -> None:
    for _ in range(6):
        await client.call("auth.login", user_name="zhaomin", password="wrong")
    assert (await login(client, await sent(PHONE))).code == "0000"


@pytest.mark.parametrize("code", [None, "", "12345", "1234567", "12345a", 123456, "\uff11" * 6])
async def test_what_is_no_code(client: Caller, sent: Sent, code: object) -> None:
    async with unchanged():
        answer = await login(client, code)
    assert (answer.code, answer.wrong_fields) == ("1200", ["code"])


async def test_the_code_is_in_no_log_line(client: Caller, sent: Sent) -> None:
    code = await sent(PHONE)
    with capture_logs() as lines:
        await login(client, code)
    assert lines
    assert code not in str(lines)

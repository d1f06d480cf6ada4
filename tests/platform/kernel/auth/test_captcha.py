"""Codes that are sent to a phone. What a caller sees of them is in `tests/features/auth/`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection

from kernel import clock, transaction
from kernel.auth import captcha
from kernel.auth.captcha import RightCode, captcha_sender, send_code, trying_code
from kernel.errors.codes import Code
from kernel.errors.operator import SettingsError
from kernel.errors.refusals import Refusal
from kernel.identity.models import Captcha, LoginLog, SecurityEvent, User
from tests import codes as senders
from tests.conftest import NOW
from tests.platform.kernel.conftest import Configure

PHONE, OTHER = "+8613811112222", "+8613811113333"
Codes = list[tuple[str, str]]

pytestmark = pytest.mark.usefixtures("app")


@contextmanager
def after(**span: int) -> Iterator[None]:
    with clock.frozen(NOW + timedelta(**span)):
        yield


async def sent_code(codes: Codes, phone: str = PHONE) -> str:
    await send_code(phone)
    to, code = codes[-1]
    assert to == phone
    return code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def is_accepted(code: str, phone: str, *, and_spent: bool) -> bool:
    try:
        async with trying_code(phone, code, SecurityEvent.CODE_SIGN_IN) as right:
            if and_spent:
                async with right.spent():
                    pass
    except Refusal as refused:
        if refused.code is not Code.CAPTCHA_INVALID:
            raise
        return False
    return True


async def is_right(code: str, phone: str = PHONE) -> bool:
    return await is_accepted(code, phone, and_spent=False)


async def spends(code: str) -> bool:
    return await is_accepted(code, PHONE, and_spent=True)


async def refusal_of_sending(phone: str = PHONE) -> str:
    with pytest.raises(Refusal) as refused:
        await send_code(phone)
    assert refused.value.code is Code.CAPTCHA_SEND_FAILED
    return refused.value.message


# --- what is sent


async def test_a_code_has_six_digits_and_nobody_foresees_it(codes: Codes) -> None:
    sent = {await sent_code(codes, f"+861380000{number:04}") for number in range(40)}
    assert len(sent) > 35
    assert all(len(code) == 6 and code.isdecimal() for code in sent)


async def test_nothing_is_held_while_it_is_sent(codes: Codes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a slow gateway must not keep others from the database."""
    held: list[bool] = []

    async def look(phone: str, code: str) -> None:
        held.append(isinstance(get_connection("default"), TransactionalDBClient))
        async with transaction(__name__):  # which SQLite would refuse to begin within another one
            assert await is_stored(phone)

    monkeypatch.setattr(captcha, "captcha_sender", lambda: look)
    await send_code(PHONE)
    assert held == [False]
    async with transaction(__name__):
        with pytest.raises(AssertionError, match="nothing is held"):
            await send_code(OTHER)


async def is_stored(phone: str) -> bool:
    return await Captcha.filter(phone_digest=captcha._phone_digest(phone)).exists()


async def test_what_is_kept_is_neither_phone_nor_code(codes: Codes, configure: Configure) -> None:
    """Nor a digest of the code alone, which a million guesses would find out: the key is in it, and the phone."""
    code = await sent_code(codes)
    (row,) = await Captcha.all().values()
    assert PHONE not in str(row)
    assert code not in (row["code_digest"], row["phone_digest"])
    assert captcha._code_digest(OTHER, code) != row["code_digest"]
    configure(SECRET_KEY="another key for tests, of more than 32 characters")
    assert captcha._code_digest(PHONE, code) != row["code_digest"]


async def test_one_a_minute(codes: Codes) -> None:
    await sent_code(codes)
    assert await refusal_of_sending() == "This phone was sent a code less than a minute ago. Try again in 60 seconds."
    with after(seconds=59):
        assert "Try again in 1 second." in await refusal_of_sending()
        await sent_code(codes, OTHER)
    with after(minutes=1):
        await sent_code(codes)
    assert len(codes) == 3


async def test_ten_a_day(codes: Codes) -> None:
    for number in range(10):
        with after(minutes=30 * number):
            await sent_code(codes)
    with after(minutes=330):
        assert await refusal_of_sending() == "This phone was sent 10 codes within a day. Try again in 19 hours."
    with after(hours=23, minutes=30, seconds=1):
        assert "Try again in 30 minutes." in await refusal_of_sending()
    with after(hours=24):
        await sent_code(codes)
    with after(hours=24, minutes=1):
        await sent_code(codes)
    assert len(codes) == 12


async def test_of_many_asked_for_at_once_one_is_sent(codes: Codes) -> None:
    """The first time, which makes the row, and the next time, which finds it."""
    for minute in range(2):
        with after(minutes=minute):
            answers = await asyncio.gather(*(send_code(PHONE) for _ in range(8)), return_exceptions=True)
        assert [type(each) for each in answers].count(Refusal) == 7
        assert len(codes) == (await Captcha.get()).sent_that_day == minute + 1


async def test_the_table_holds_a_day(codes: Codes) -> None:
    for number in range(30):
        await send_code(f"+8613800000{number:03}")
    with after(hours=24, minutes=4):
        await send_code(PHONE)
        assert await Captcha.all().count() == 31
    with after(hours=24, minutes=5):
        for number in range(3):
            await send_code(f"+8613900000{number:03}")
    assert await Captcha.all().count() == 4


# --- who sends


async def test_what_fails_is_told_and_logged_without_the_code(configure: Configure) -> None:
    configure(CAPTCHA_SENDER="tests.codes:fail")
    with capture_logs() as lines:
        assert await refusal_of_sending() == "The code could not be sent. Try again in a minute."
    assert [(line["event"], line["sender"], line["error"]) for line in lines] == [
        ("code not sent", "tests.codes:fail", "RuntimeError: the gateway refused ******")
    ]
    assert "less than a minute ago" in await refusal_of_sending()


async def test_what_hangs_is_not_waited_for(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    assert captcha.SEND_SECONDS == 10
    configure(CAPTCHA_SENDER="tests.codes:hang")
    monkeypatch.setattr(captcha, "SEND_SECONDS", 0.01)
    with capture_logs() as lines:
        async with asyncio.timeout(5):
            assert "could not be sent" in await refusal_of_sending()
    assert lines[0]["error"].startswith("TimeoutError")


async def test_without_a_sender_codes_are_written_to_the_log_for_debugging(configure: Configure) -> None:
    configure(CAPTCHA_SENDER=None, APP_DEBUG="true")
    with capture_logs() as lines:
        await send_code(PHONE)
    (line,) = lines
    assert line["phone"] == PHONE
    assert await is_right(line["code"])


async def test_and_otherwise_the_operator_is_told_what_to_set(configure: Configure) -> None:
    configure(CAPTCHA_SENDER=None, APP_DEBUG="false")
    with capture_logs() as lines:
        assert "CAPTCHA_SENDER" in await refusal_of_sending()
    assert not lines
    assert not await Captcha.all().exists()


def test_a_sender_is_what_the_setting_names(configure: Configure) -> None:
    configure(CAPTCHA_SENDER="tests.codes:send")
    assert captcha_sender() is senders.send
    configure(CAPTCHA_SENDER=None)
    assert captcha_sender() is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests.nothing:send", "ModuleNotFoundError: No module named 'tests.nothing'"),
        ("tests.codes:post", "AttributeError: module 'tests.codes' has no attribute 'post'"),
        ("tests.codes:sent", "TypeError: [] is not a callable object"),
        ("tests.codes:send_to_nobody", "TypeError: too many positional arguments"),
        ("tests.codes:send_at_once", "allowed: async def send_at_once(phone: str, code: str) -> None"),
    ],
)
def test_one_that_cannot_send_is_named(path: str, reason: str, configure: Configure) -> None:
    senders.sent.clear()
    configure(CAPTCHA_SENDER=path)
    with pytest.raises(SettingsError) as refused:
        captcha_sender()
    assert str(refused.value) == f"CAPTCHA_SENDER={path!r}: {reason}"


# --- who tries


async def test_the_right_code_is_right_for_five_minutes(codes: Codes) -> None:
    code = await sent_code(codes)
    assert not await is_right(wrong(code))
    assert not await is_right(code, OTHER)
    with after(minutes=4, seconds=59):
        assert await is_right(code)
    with after(minutes=5):
        assert not await is_right(code)


async def test_a_phone_that_was_sent_none_has_none(codes: Codes) -> None:
    assert not await is_right("000000")
    assert not await Captcha.all().exists()


async def test_a_guess_at_no_code_locks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a transaction is the whole file's: a flood of guesses would keep all others from writing."""
    monkeypatch.setattr(captcha, "transaction", None)
    assert not await is_right("000000")


async def test_a_new_code_takes_the_place_of_the_old_one(codes: Codes) -> None:
    old = await sent_code(codes)
    for _ in range(5):
        await is_right(wrong(old))
    with after(minutes=1):
        new = await sent_code(codes)
        assert await is_right(new)
        assert old == new or not await is_right(old)


async def test_after_five_tries_the_right_one_is_dead_as_well(codes: Codes) -> None:
    code = await sent_code(codes)
    for _ in range(4):
        assert not await is_right(wrong(code))
    assert await is_right(code)
    assert not await is_right(code)


async def test_tries_at_once_are_no_more_than_five(codes: Codes) -> None:
    """Each is counted before it is compared: however many come at once, five are told anything."""
    code = await sent_code(codes)
    tries = await asyncio.gather(*(is_right(code) for _ in range(20)))
    assert tries.count(True) == 5
    assert (await Captcha.get()).tries == 5


async def test_a_try_that_a_rollback_would_undo_is_a_mistake(codes: Codes) -> None:
    async with transaction(__name__):
        with pytest.raises(AssertionError, match="outside transactions"):
            await is_right("000000")


# --- who spends


async def test_a_code_is_spent_once(codes: Codes) -> None:
    code = await sent_code(codes)
    assert await spends(code)
    assert not await spends(code)
    assert not await is_right(code)
    assert "less than a minute ago" in await refusal_of_sending()


async def test_of_many_at_once_one_spends_it(codes: Codes) -> None:
    """All that were right, and went on to hash a password, say."""
    right = RightCode(PHONE, await sent_code(codes))

    async def spend() -> None:
        async with right.spent():
            pass

    answers = await asyncio.gather(*(spend() for _ in range(8)), return_exceptions=True)
    assert [type(each) for each in answers].count(Refusal) == 7


async def test_what_fails_spends_nothing(codes: Codes) -> None:
    code = await sent_code(codes)
    with pytest.raises(ZeroDivisionError):
        async with trying_code(PHONE, code, SecurityEvent.CODE_SIGN_IN) as right, right.spent():
            raise ZeroDivisionError
    assert await is_right(code)
    assert await spends(code)


async def test_a_code_in_whose_place_came_another_is_not_spent(codes: Codes) -> None:
    old = RightCode(PHONE, await sent_code(codes))
    with after(minutes=1):
        new = await sent_code(codes)
        if new != old.code:
            with pytest.raises(Refusal, match="2402"):
                async with old.spent():
                    pass
        assert await spends(new)


# --- what an auditor reads


async def test_tries_are_in_the_login_log(codes: Codes) -> None:
    """About the user whose phone it is, of nobody's one a minute; but not those at no code, which anybody can make many of."""
    zhaomin = await User.get(user_name="zhaomin")
    phone = str(zhaomin.user_phone)
    for to in (phone, OTHER):
        code = await sent_code(codes, to)
        for _ in range(3):
            await is_right(wrong(code), to)
        await is_right(code, to)
    for _ in range(9):
        await is_right("000000", PHONE)
    logged = [(each.user_name, each.event, each.code) for each in await LoginLog.all().order_by("id")]
    ends = [*[("zhaomin", "2402")] * 3, ("zhaomin", "0000"), (None, "2402"), (None, "0000")]
    assert logged == [(name, SecurityEvent.CODE_SIGN_IN, code) for name, code in ends]
    assert phone not in str(await LoginLog.all().values())

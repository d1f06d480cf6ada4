"""auth.captcha. How codes are counted, kept and sent, the kernel's `test_captcha` says."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion

from kernel import clock
from kernel.identity.models import Captcha
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW
from tests.platform.kernel.conftest import forget_settings
from tests.state import unchanged

Codes = list[tuple[str, str]]


async def ask(client: Caller, phone: object = "+86 (138) 1111-2222") -> Answer:
    return await client.call("auth.captcha", phone=phone)


async def test_success(client: Caller, codes: Codes, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await ask(client), events) == snapshot
    ((phone, code),) = codes
    assert phone == "+8613811112222"
    assert len(code) == 6


async def test_the_code_is_neither_answered_nor_logged(client: Caller, codes: Codes) -> None:
    with capture_logs() as lines:
        answer = await ask(client)
    assert lines
    assert codes[0][1] not in answer.text + str(lines)


async def test_whoever_has_an_account_is_answered_as_others_are(client: Caller, codes: Codes) -> None:
    assert (await ask(client, "+8613800000001")).body == (await ask(client)).body


async def test_a_phone_is_the_same_however_it_is_written(client: Caller, codes: Codes) -> None:
    await ask(client, "+8613811112222")
    async with unchanged():
        answer = await ask(client)
    assert (answer.code, len(codes)) == ("2403", 1)


async def test_ten_a_day(client: Caller, codes: Codes) -> None:
    answers: list[Answer] = []
    for minute in range(11):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            answers.append(await ask(client))
    assert [answer.code for answer in answers] == ["0000"] * 10 + ["2403"]
    assert "Try again in 24 hours." in answers[-1].body["msg"]


async def test_a_sender_that_fails(
    client: Caller, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("CAPTCHA_SENDER", "tests.codes:fail")
    forget_settings()
    request.addfinalizer(forget_settings)
    answer = await ask(client)
    assert (answer.status, answer.code) == (200, "2403")
    assert "refused" not in answer.text


async def test_no_sender(client: Caller) -> None:
    async with unchanged():
        assert "CAPTCHA_SENDER" in (await ask(client)).body["msg"]


@pytest.mark.parametrize("phone", [None, "", "12", "call me", 138_1111_2222, ["13811112222"]])
async def test_what_is_no_phone(client: Caller, codes: Codes, phone: object) -> None:
    answer = await ask(client, phone)
    assert (answer.code, answer.wrong_fields) == ("1200", ["phone"])
    assert not await Captcha.all().exists()

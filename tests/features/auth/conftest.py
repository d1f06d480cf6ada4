"""Codes, as whoever holds the phone has them."""

from collections.abc import Awaitable, Callable

import pytest

from tests.callers import Caller

Sent = Callable[[str], Awaitable[str]]


@pytest.fixture
def sent(client: Caller, codes: list[tuple[str, str]]) -> Sent:
    """`await sent(phone)`: the code that the phone was sent."""

    async def send(phone: str) -> str:
        assert (await client.call("auth.captcha", phone=phone)).code == "0000"
        return codes[-1][1]

    return send


def wrong(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 10**6:06}"

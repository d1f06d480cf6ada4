"""What `CAPTCHA_SENDER` names in tests: a phone that is at hand, and senders that fail in all the ways there are."""

import asyncio

sent: list[tuple[str, str]] = []
"""Phone and code of all that were sent since the test began."""


async def send(phone: str, code: str) -> None:
    sent.append((phone, code))


async def fail(phone: str, code: str) -> None:
    raise RuntimeError(f"the gateway refused {code}")


async def hang(_phone: str, _code: str) -> None:
    await asyncio.Event().wait()


def send_at_once(phone: str, code: str) -> None:
    """Not async: nobody could wait for it without standing still."""


async def send_to_nobody() -> None:
    """Takes nothing."""

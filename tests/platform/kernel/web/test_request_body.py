"""A body that an answer overtakes is read to its end, within bounds, so that the connection can be kept."""

import asyncio
from collections.abc import Iterable

import pytest
from starlette.datastructures import Headers

from kernel.web import request_body
from kernel.web.request_body import RequestBody
from tests.platform.kernel.small_app import Message

END: Message = {"type": "http.request", "body": b"end", "more_body": False}
PIECE: Message = {"type": "http.request", "body": b"x" * 1024, "more_body": True}
BROKEN: Message = {"type": "http.disconnect"}


def body_of(*pieces: Message, headers: Iterable[tuple[str, str]] = (("content-length", "9"),)) -> RequestBody:
    """A body of these pieces, behind which nothing comes for ever."""
    left = iter(pieces)

    async def receive() -> Message:
        for piece in left:
            return piece
        await asyncio.Event().wait()
        raise AssertionError

    return RequestBody(receive, Headers(dict(headers)))


@pytest.mark.parametrize("headers", [{}, {"content-length": "0"}])
async def test_where_there_is_none_nothing_is_read(headers: dict[str, str]) -> None:
    assert await body_of(headers=headers.items()).drain()


@pytest.mark.parametrize("headers", [{"content-length": "9"}, {"transfer-encoding": "chunked"}])
async def test_the_rest_is_read(headers: dict[str, str]) -> None:
    body = body_of(PIECE, PIECE, END, headers=headers.items())
    assert await body.receive() == PIECE
    assert await body.drain()


async def test_what_was_read_to_its_end_needs_nothing_more() -> None:
    body = body_of(END, BROKEN)
    assert [await body.receive(), await body.receive()] == [END, BROKEN]  # whoever streams looks out for the second
    assert await body.drain()


async def test_one_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "DRAIN_BYTES", 10_000)
    read: list[Message] = []

    async def endless() -> Message:
        read.append(PIECE)
        return PIECE

    assert not await RequestBody(endless, Headers({"transfer-encoding": "chunked"})).drain()
    assert len(read) == 10


async def test_one_that_pauses_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "DRAIN_SECONDS", 0.01)
    assert not await body_of(PIECE).drain()


@pytest.mark.timeout(request_body.DRAIN_SECONDS)
async def test_one_that_came_too_slowly_already_is_not_waited_for() -> None:
    body = body_of(PIECE)
    await body.receive()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await body.receive()
    assert not await body.drain()


async def test_one_that_breaks_off_is_not_waited_for() -> None:
    assert not await body_of(PIECE, BROKEN).drain()


async def test_who_asks_before_sending_is_not_told_to_send() -> None:
    """curl does for a large body: the refusal saves it the upload (RFC 9110 section 10.1.1)."""
    headers = {"expect": "100-continue", "content-length": "9"}
    assert not await body_of(END, headers=headers.items()).drain()
    body = body_of(PIECE, END, headers=headers.items())
    await body.receive()  # somebody did
    assert await body.drain()

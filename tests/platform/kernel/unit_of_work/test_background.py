"""Work that waits until the answer is on its way, and whose failure is nobody's but its own."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from kernel.unit_of_work.background import Job, defer, deferring
from kernel.web.middleware import RequestMiddleware
from tests.platform.kernel.small_app import Message, http_scope, no_body


@pytest.fixture
def done() -> list[str]:
    """What happened, in order."""
    return []


@pytest.fixture
def job(done: list[str]) -> Callable[[str], Job]:
    """`job("a")`: work that writes down its name."""

    def named(name: str) -> Job:
        async def work() -> None:
            done.append(name)

        return work

    return named


async def failing() -> None:
    raise ValueError("no paper left")


async def test_where_there_is_no_request_it_runs_at_once(done: list[str], job: Callable[[str], Job]) -> None:
    await defer(job("a"))
    done.append("and on")
    assert done == ["a", "and on"]


async def test_it_waits_for_the_end_and_keeps_its_order(done: list[str], job: Callable[[str], Job]) -> None:
    async with deferring():
        await defer(job("a"))
        await defer(job("b"))
        assert done == []
    assert done == ["a", "b"]
    await defer(job("c"))
    assert done == ["a", "b", "c"]


async def test_a_job_may_defer_more(done: list[str], job: Callable[[str], Job]) -> None:
    async def first() -> None:
        done.append("first")
        await defer(job("third"))

    async with deferring():
        await defer(first)
        await defer(job("second"))
    assert done == ["first", "second", "third"]


async def test_one_that_fails_is_logged_and_stops_no_other(done: list[str], job: Callable[[str], Job]) -> None:
    with capture_logs() as logs:
        async with deferring():
            await defer(failing)
            await defer(job("b"))
        await defer(failing)
    assert done == ["b"]
    assert [(line["event"], line["job"], line["log_level"]) for line in logs] == [
        ("background job failed", "failing", "error")
    ] * 2
    assert all(line["exc_info"] for line in logs)


async def test_it_runs_after_a_failure_too(done: list[str], job: Callable[[str], Job]) -> None:
    async def break_down() -> None:
        async with deferring():
            await defer(job("a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_down()
    assert done == ["a"]


async def test_requests_at_once_keep_their_jobs_apart(done: list[str], job: Callable[[str], Job]) -> None:
    both_have_deferred = asyncio.Barrier(2)

    async def request(name: str) -> None:
        async with deferring():
            await defer(job(name))
            await both_have_deferred.wait()
            assert name not in done

    await asyncio.gather(request("a"), request("b"))
    assert sorted(done) == ["a", "b"]


@pytest.mark.parametrize("parts", [["ok"], ["o", "k", ""]])
async def test_it_runs_when_the_answer_has_been_sent(
    parts: list[str], done: list[str], job: Callable[[str], Job]
) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await defer(failing)
        await defer(job("job"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in parts:
            await send({"type": "http.response.body", "body": part.encode(), "more_body": part is not parts[-1]})

    async def send(message: Message) -> None:
        done.append("end" if message.get("more_body") is False else message["type"])

    await RequestMiddleware(app)(http_scope(), no_body, send)
    assert done == ["http.response.start", *["http.response.body"] * (len(parts) - 1), "end", "job"]

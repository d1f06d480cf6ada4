"""Work that can wait until the answer is on its way: it costs the caller no time, and its failure no answer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

import structlog

log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[None]]
_jobs: ContextVar[list[Job] | None] = ContextVar("deferred_jobs", default=None)


async def defer(job: Job) -> None:
    """Run `job` after the answer of the request at hand; at once where there is no request (a seed, a command).

    A job that fails is logged, not raised. It runs in this process: what must survive a crash needs a table.
    """
    jobs = _jobs.get()
    if jobs is None:
        await _run(job)
    else:
        jobs.append(job)


@asynccontextmanager
async def deferring() -> AsyncIterator[None]:
    """Collect deferred jobs within, and run them at the end, including those that they defer themselves."""
    jobs: list[Job] = []
    token = _jobs.set(jobs)
    try:
        yield
    finally:
        for job in jobs:  # grows while it runs
            await _run(job)
        _jobs.reset(token)


async def _run(job: Job) -> None:
    try:
        await job()
    except Exception:
        log.exception("background job failed", job=getattr(job, "__qualname__", repr(job)))

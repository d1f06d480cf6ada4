"""The connection on which every request asks Redis: shared, never waited for long, and not trusted after it was away."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import ConnectionPool, Redis

from kernel.redis import TIMEOUT_SECONDS, close_redis, note_command, open_redis, redis

PATIENCE_SECONDS = 0.05
RECONNECT_SECONDS = 0.5
HOLD_SECONDS = 30.0
_TURNS = 3  # of the event loop, from the arrival of an answer to whoever asked

Command = tuple[str | int, ...]
_Answers = list[Any] | None

log = structlog.get_logger(__name__)

_line: "Line | None" = None


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[None]:
    """For an app, or a command that changes what an app keeps in Redis: its client and its line, open within."""
    open_redis(url)
    try:
        await open_line(url)
        yield
    finally:
        await close_line()
        await close_redis()


async def open_line(url: str) -> None:
    """Make the process's line. Called once, after `open_redis`. Waits for a server up to TIMEOUT_SECONDS."""
    global _line
    _line = InProcessLine(redis()) if url.startswith("memory://") else Line(url)
    await _line.open()


async def close_line() -> None:
    """Close the process's line."""
    global _line
    if _line is not None:
        await _line.aclose()
        _line = None


def line() -> "Line":
    """The process's line. Raises LookupError before the app has started."""
    if _line is None:
        raise LookupError("Redis is not open: the app has not started")
    return _line


class Line:
    """One connection that all requests of this process share: each sends at once, answers come in the same order.

    Whoever has waited for PATIENCE_SECONDS goes away, and the answer, when it comes, is dropped: nobody is given another's.
    A pool's connection would have to be ended, and how busy this process is would pass for a slow Redis.

    It is a circuit breaker (Nygard, Release It!). While an answer is late nobody waits, nor for RECONNECT_SECONDS after it.
    If it is late by TIMEOUT_SECONDS, the connection ends, or Redis refuses something, there is another connection, which is
    not sound before HOLD_SECONDS are over: Redis may have forgotten what it was told last.
    """

    def __init__(self, url: str) -> None:
        # Without the driver's timeouts: they would end a connection on which nobody asks anything.
        options: dict[str, Any] = {"socket_timeout": None, "socket_connect_timeout": None, "protocol": 2}
        self._connection = ConnectionPool.from_url(url, decode_responses=True, **options).make_connection()
        self._asked = deque[tuple[int, asyncio.Future[_Answers]]]()
        self._insisted = deque[tuple[float, Sequence[Command]]]()
        self._is_up = self._is_late = False
        self._sound_from = 0.0
        self._tried = asyncio.Event()

    async def open(self) -> None:
        """Connect, and stay so until `aclose`. Returns after the first try, in TIMEOUT_SECONDS at most."""
        self._running = asyncio.create_task(self._run())
        await self._tried.wait()

    async def aclose(self) -> None:
        """End the connection."""
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    @property
    def is_sound(self) -> bool:
        """Whether Redis answers, and has forgotten nothing."""
        return self._is_up and not self._is_late and time.monotonic() >= self._sound_from

    async def ask(self, *commands: Command) -> _Answers:
        """The answers to these commands; None if they do not come in time."""
        asked = self._send(commands)
        if not asked.done() and not self._is_late:
            await asyncio.wait([asked], timeout=PATIENCE_SECONDS)
            for _ in range(_TURNS):  # what has come by now is read in them, however long they take
                if not asked.done():
                    await asyncio.sleep(0)
        if asked.done():
            return asked.result()
        self._note_late()
        return None

    async def say(self, *commands: Command) -> None:
        """Send these commands, whatever becomes of them. What is asked later is asked after them."""
        self._send(commands)

    async def insist(self, *commands: Command) -> None:
        """Have these commands done; if that is not known in time, again on every new connection, for HOLD_SECONDS."""
        if await self.ask(*commands) is None:
            self._forget_insisted()
            self._insisted.append((time.monotonic() + HOLD_SECONDS, commands))

    def _forget_insisted(self) -> None:
        while self._insisted and self._insisted[0][0] < time.monotonic():
            self._insisted.popleft()

    def _send(self, commands: Sequence[Command]) -> asyncio.Future[_Answers]:
        asked, writer = asyncio.get_running_loop().create_future(), self._connection._writer
        if not self._is_up or writer is None or writer.is_closing():
            asked.set_result(None)
            return asked
        for command in commands:
            note_command(str(command[0]))
        writer.writelines(self._connection.pack_commands(commands))
        self._asked.append((len(commands), asked))
        return asked

    def _note_late(self) -> None:
        if not self._is_late:
            log.warning("Redis is late, asking the database instead", seconds=PATIENCE_SECONDS)
            self._is_late = True
            self._limit.reschedule(asyncio.get_running_loop().time() + TIMEOUT_SECONDS)

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS) as self._limit:
                    await self._connection.connect()
                    self._limit.reschedule(None)
                    self._is_up = True
                    self._forget_insisted()
                    for _, commands in self._insisted:
                        self._send(commands)
                    self._tried.set()
                    await self._read_answers()
            except Exception as error:  # whatever it is: the database answers
                if self._is_up or not self._tried.is_set():
                    reason = f"{type(error).__name__}: {error}"
                    log.warning("Redis is away, asking the database instead", error=reason, seconds=HOLD_SECONDS)
            finally:
                self._is_up = self._is_late = False
                self._sound_from = time.monotonic() + HOLD_SECONDS
                while self._asked:
                    self._asked.popleft()[1].set_result(None)
                self._tried.set()
                await self._connection.disconnect(nowait=True)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _read_answers(self) -> None:
        """Until the connection ends. Raises RedisError for that, and for an answer that is an error."""
        while True:
            answers = [await self._connection.read_response()]
            while len(answers) < self._asked[0][0]:
                answers.append(await self._connection.read_response())
            self._asked.popleft()[1].set_result(answers)
            if self._is_late:
                self._is_late = False
                self._sound_from = max(self._sound_from, time.monotonic() + RECONNECT_SECONDS)
                self._limit.reschedule(None)


class InProcessLine(Line):
    """To the Redis in this process, which answers at once."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def open(self) -> None: ...

    async def aclose(self) -> None: ...

    @property
    def is_sound(self) -> bool:
        return True

    async def ask(self, *commands: Command) -> _Answers:
        return [await self._client.execute_command(*command) for command in commands]

    async def say(self, *commands: Command) -> None:
        await self.ask(*commands)

    async def insist(self, *commands: Command) -> None:
        await self.ask(*commands)

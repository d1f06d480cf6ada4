"""A request's body as far as it was read, and what to do with the rest when the answer is ready before.

A server must end a connection on which an answer has overtaken a body. The caller, who is still sending, may lose the
answer by that, and the next request that is already on its way.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive

DRAIN_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 5


class RequestBody:
    """Passes the body on to whoever reads it, and remembers whether its end has come."""

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive = receive
        self._ended = "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"
        # Who sends `Expect: 100-continue` waits with the body until somebody reads it.
        self._hopeless = "expect" in headers

    async def receive(self) -> Message:
        """The next piece, as ASGI has it."""
        try:
            message = await self._receive()
        except asyncio.CancelledError:  # it came too slowly for somebody
            self._hopeless = True
            raise
        self._hopeless = message["type"] == "http.disconnect"
        self._ended = self._ended or not (self._hopeless or message.get("more_body", False))
        return message

    async def drain(self) -> bool:
        """Read the rest and forget it. Returns whether the connection is fit for another request."""
        if self._ended or self._hopeless:
            return self._ended
        drained = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self._ended and not self._hopeless and drained < DRAIN_BYTES:
                    drained += len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass
        return self._ended

"""A slice as FastAPI serves it: the door first, before a byte of the body is read; then parsing; then the handler."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import ParamSpec, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from kernel.errors.codes import Code
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import TransportRefusal
from kernel.ids import reading_wire
from kernel.rbac.authorize import Access, AccessRule, Requirement, all_of
from kernel.settings import settings
from kernel.slices.decorators import Declared
from kernel.unit_of_work.transaction import transaction

API_PREFIX = "/api/v1"
BODY_SECONDS = 30  # a body that comes slower holds a connection that others need

# An escaped NUL in JSON: an odd number of backslashes before u0000. No database text column holds one everywhere.
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

P = ParamSpec("P")
R = TypeVar("R")


class SliceRoute(APIRoute):
    """The route of the use case `name`, declared in the Python module `module`, below the URL `prefix`."""

    def __init__(self, declared: Declared, *, name: str, prefix: str, module: str, summary: str) -> None:
        options = declared.options
        self.transaction = options.get("transaction", True)
        self.door = AccessRule(
            name,
            access=options.get("access", Access.GRANTED),
            button=_needs(options.get("button")),
            roles=_needs(options.get("roles")),
            open_during_password_change=options.get("open_during_password_change", False),
        )
        if self.door.access is Access.PUBLIC and (self.door.button or self.door.roles):
            raise DeclarationError(f"{name} is PUBLIC and names a button or a role, which nobody would be asked for")
        super().__init__(
            prefix + declared.path,
            _as_endpoint(declared.handler, module, transactional=self.transaction),
            methods=[declared.method],
            name=name,
            operation_id=name,
            tags=["/".join(name.split(".")[:-1])],
            summary=summary,
        )
        self.max_body_bytes = options.get("max_body_bytes")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        await self.door.admit(headers.get("authorization"))
        limit = self.max_body_bytes or settings().max_body_bytes
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise _too_large(limit)
        await super().handle(scope, _limited(receive, limit), send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        handle = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)

        async def handle_checked(request: Request) -> Response:
            await _refuse_unusable_text(request, takes_json=takes_json)
            with reading_wire():
                return await handle(request)

        return handle_checked


def _needs(names: str | Requirement | None) -> Requirement | None:
    return all_of(names) if isinstance(names, str) else names


def _as_endpoint(
    handler: Callable[P, Awaitable[R]], module: str, *, transactional: bool
) -> Callable[P, Coroutine[None, None, R]]:
    """The handler as FastAPI calls it: the input is read by then, and a write runs in one unit of work."""

    @wraps(handler)
    async def endpoint(*args: P.args, **kwargs: P.kwargs) -> R:
        with reading_wire(False):
            if not transactional:
                return await handler(*args, **kwargs)
            async with transaction(module):
                return await handler(*args, **kwargs)

    return endpoint


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive`, until more than `limit` bytes or 30 seconds have come. FastAPI's own limit answers in plain text."""
    received = 0
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS

    async def receive_limited() -> Message:
        nonlocal received
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        received += len(message.get("body", b""))
        if received > limit:
            raise _too_large(limit)
        return message

    return receive_limited


def _too_large(limit: int) -> HTTPException:
    # Not a Refusal: FastAPI takes every other exception while it reads a form for a malformed one.
    return HTTPException(413, f"The request body is larger than {limit} bytes.")


async def _refuse_unusable_text(request: Request, *, takes_json: bool) -> None:
    if "\0" in request.scope["path"]:
        raise _nul_error("path")
    if b"%00" in request.scope["query_string"]:
        raise _nul_error("query")
    if not takes_json:
        return
    body = await request.body()
    if body and not _is_json(request.headers.get("content-type", "")):
        raise TransportRefusal(415, Code.UNSUPPORTED_MEDIA_TYPE)
    # A NUL byte is in every JSON of another encoding; JSON is UTF-8 (RFC 8259 section 8.1).
    if b"\0" in body or (b"u0000" in body and _ESCAPED_NUL.search(body)):
        raise _nul_error("body")


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _nul_error(place: str) -> RequestValidationError:
    return RequestValidationError(
        [{"type": "string_nul", "loc": (place,), "msg": "a text must not contain the character NUL (U+0000)"}]
    )

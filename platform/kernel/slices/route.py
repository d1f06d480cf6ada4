"""A slice as FastAPI serves it: the access rule first, before a byte of the body is read; then parsing; then the handler."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import structlog
from fastapi import Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from kernel.context import set_use_case
from kernel.errors.codes import Code
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import TransportRefusal
from kernel.ids import kinds_in, no_kind
from kernel.rbac.authorize import Access, AccessRule, Requirement, all_of
from kernel.rbac.grants import asked_for_by_name
from kernel.schema.envelope import Success
from kernel.search.request import SearchRequest
from kernel.settings import settings
from kernel.slices.decorators import Handler, declaration_of
from kernel.unit_of_work.transaction import transaction

API_PREFIX = "/api/v1"
FORM_BYTES = 64 * 1024  # of a form, beside what its files hold
FORM_FIELDS = 20  # texts; unknown ones are ignored, as in JSON
BODY_SECONDS = 30  # a body that comes slower holds a connection that others need

log = structlog.get_logger(__name__)

P = ParamSpec("P")


class SliceRoute(APIRoute):
    """The route of the use case `name`, which `handler` declares, below the URL `prefix`."""

    def __init__(self, handler: Handler, *, name: str, prefix: str, summary: str) -> None:
        declared = declaration_of(handler)
        assert declared, f"{name}: the handler is not decorated"
        options = declared.options
        hints = get_type_hints(handler, include_extras=True)
        _refuse_ids_of_no_kind(name, hints)
        answer = hints.pop("return", None)
        envelope = _envelope(name, answer)
        self.access_rule = AccessRule(
            name,
            access=options.get("access", Access.GRANTED),
            button=_requirement(options.get("button")),
            roles=_requirement(options.get("roles")),
            open_during_password_change=options.get("open_during_password_change", False),
        )
        if self.access_rule.roles:
            asked_for_by_name.update(self.access_rule.roles.names)
        self.transaction = options.get("transaction", not _is_read(declared.method, hints.values()))
        self.media_type = None if envelope else _kind(answer).media_type or "application/octet-stream"
        self.max_body_bytes = options.get("max_body_bytes")
        self.max_file_bytes = options.get("max_file_bytes")
        self.files = sum(UploadFile in (each, *get_args(each)) for each in hints.values())
        if self.max_file_bytes:
            self.max_body_bytes = self.files * self.max_file_bytes + FORM_BYTES
        super().__init__(
            prefix + declared.path,
            _endpoint(handler, f"features.{name}" if self.transaction else None, envelope),
            response_model=envelope,
            methods=[declared.method],
            name=name,
            operation_id=name,
            tags=["/".join(name.split(".")[:-1])],
            summary=summary,
            form_limits={"max_files": self.files, "max_fields": FORM_FIELDS},
        )

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        set_use_case(self.name)
        headers = Headers(scope=scope)
        await self.access_rule.authorize(headers.get("authorization"))
        limit = self.max_body_bytes or settings().max_body_bytes
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise _too_large(limit)
        await super().handle(scope, _limited(receive, limit), send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        handle = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)

        async def handle_checked(request: Request) -> Response:
            await _refuse_unreadable(request, takes_json=takes_json)
            if self.files:
                await self._read_files(request)
            return await handle(request)

        return handle_checked

    async def _read_files(self, request: Request) -> None:
        """Read the form, as FastAPI will: it finds it read, and closes its files. Raises for what is none, and for a large file."""
        if _media_type(request) != "multipart/form-data":
            message = "The request body must be a form, with Content-Type: multipart/form-data."
            raise TransportRefusal(415, Code.UNSUPPORTED_MEDIA_TYPE, message)
        try:
            form = await request.form(**self.form_limits)
        except OSError as error:  # where files wait while they are read, there is no room
            log.error("form not read", error=str(error))
            raise TransportRefusal(503, Code.SERVICE_UNAVAILABLE) from None
        sizes = [each.size or 0 for _, each in form.multi_items() if not isinstance(each, str)]
        if self.max_file_bytes and max(sizes, default=0) > self.max_file_bytes:
            await form.close()
            raise _too_large(self.max_file_bytes, "file")


def _requirement(names: str | Requirement | None) -> Requirement | None:
    return all_of(names) if isinstance(names, str) else names


def _is_read(method: str, parameters: Iterable[object]) -> bool:
    return method == "GET" or any(isinstance(each, type) and issubclass(each, SearchRequest) for each in parameters)


def _refuse_ids_of_no_kind(name: str, hints: Mapping[str, Any]) -> None:
    for place, annotation in hints.items():
        where = "its answer" if place == "return" else f"its parameter `{place}`"
        for kind in kinds_in(annotation):
            if isinstance(kind, TypeVar):
                raise DeclarationError(
                    f"{name}: in {where} an id does not say which kind of row it names; "
                    "write SqidId[Employee], PublicId[Employee], Updated[Employee], AuditedRecord[Employee]"
                )
            if not hasattr(kind, "id_kind"):
                raise DeclarationError(f"{name}: in {where}, {no_kind(kind)}")


def _envelope(name: str, payload: Any) -> type[Success] | None:
    """The envelope around what the handler says it returns; None for a Response of its own, such as a file."""
    kind = _kind(payload)
    if any(each in (None, Any, dict) for each in (payload, kind, *map(_kind, get_args(payload)))):
        raise DeclarationError(f"{name}: its handler must say what it returns, a class whose fields the client may see")
    if isinstance(kind, type) and issubclass(kind, Response):
        return None
    return Success[payload]


def _kind(annotation: Any) -> Any:
    return get_origin(annotation) or annotation


def _endpoint(
    handler: Callable[P, Awaitable[Any]], module: str | None, envelope: type[Success] | None
) -> Callable[P, Coroutine[None, None, Any]]:
    """The handler as FastAPI calls it: the input is read by then; in a transaction of `module`, unless that is None."""

    @wraps(handler)
    async def endpoint(*args: P.args, **kwargs: P.kwargs) -> Any:
        async with transaction(module) if module else nullcontext():
            payload = await handler(*args, **kwargs)
            if envelope is None:
                return payload
            try:
                return envelope(
                    data=payload
                )  # before the commit: an answer that cannot be given undoes what was written
            except ValidationError as error:
                raise ResponseValidationError(error.errors(), body=payload) from None

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


def _too_large(limit: int, what: str = "request body") -> HTTPException:
    # Not a Refusal: FastAPI takes every other exception while it reads a form for a malformed one.
    return HTTPException(413, f"The {what} is larger than {limit} bytes.")


async def _refuse_unreadable(request: Request, *, takes_json: bool) -> None:
    """Raise for what no slice can read: NUL in the URL (in a body `kernel.schema.base.Request` refuses it), no JSON."""
    if "\0" in request.scope["path"]:
        raise _nul_error("path")
    if b"%00" in request.scope["query_string"]:
        raise _nul_error("query")
    if not takes_json:
        return
    body = await request.body()
    if body and not _is_json(_media_type(request)):
        raise TransportRefusal(415, Code.UNSUPPORTED_MEDIA_TYPE)
    if b"\0" in body:  # every other encoding of JSON has one; JSON is UTF-8 (RFC 8259 section 8.1)
        raise _nul_error("body")


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _nul_error(place: str) -> RequestValidationError:
    return RequestValidationError(
        [{"type": "string_nul", "loc": (place,), "msg": "a text must not contain the character NUL (U+0000)"}]
    )

"""What surrounds every request, as plain ASGI: a BaseHTTPMiddleware would cost each request 200 µs.

From the outside in: request id, deferred work, unhandled exceptions; headers and log line as the answer leaves.
"""

from contextlib import nullcontext
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import clear_contextvars

from kernel.context import accept_request_id, set_client
from kernel.database.statements import Statement, asked_at, observing
from kernel.errors.codes import Code
from kernel.errors.refusals import InvalidInput, TransportRefusal
from kernel.schema.envelope import refused
from kernel.settings import settings
from kernel.unit_of_work.background import deferring
from kernel.web.request_body import RequestBody

log = structlog.get_logger("request")

REFUSED_CODE = "kernel.refused_code"
"""The key in the ASGI scope under which whoever answers with a refusal leaves its code for the log line."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_JSON_HEADERS = _HEADERS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


_FILE = "http.response.pathsend"  # the server sends the rest itself, and this is the end

_SHOWN_SQL = 2000  # characters; a statement may name a thousand ids


class _Sql:
    """Observes the statements of a request: counts them for its log line and, with APP_DEBUG, shows each, never its values."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0
        self._shows = settings().app_debug

    def __call__(self, statement: Statement) -> None:
        self.count += 1
        self.seconds += statement.seconds
        if self._shows:
            failed = {"failed": True} if statement.failed else {}
            ms = _milliseconds(statement.seconds)
            log.debug("sql", at=asked_at(), ms=ms, sql=statement.sql[:_SHOWN_SQL], **failed)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


class RequestMiddleware:
    """Gives a request its id, its log line and, when the unforeseen happens, its 500; runs deferred work at the end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        headers = Headers(scope=scope)
        request_id = accept_request_id(headers.get("x-request-id"))
        set_client((scope["client"] or [None])[0], headers.get("user-agent"))
        request_body = RequestBody(receive, headers)
        clear_contextvars()
        # The path is the caller's: a line break in it must not make a second line of log.
        method, path = scope["method"], scope["path"].encode("unicode_escape").decode()
        if method == "HEAD":  # as GET, without the content (RFC 9110 section 9.3.2)
            scope["method"] = "GET"  # not in a copy, or the log line would miss what is noted in the scope
        status = 0
        sql = _Sql() if settings().app_debug or not settings().production else None

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                if not await request_body.drain():
                    headers["Connection"] = "close"
                is_json = headers.get("content-type", "").startswith("application/json")
                for name, value in (_JSON_HEADERS if is_json else _HEADERS).items():
                    headers.setdefault(name, value)
            elif message["type"] in (_FILE, "http.response.body") and not message.get("more_body", False):
                facts: dict[str, object] = {"use_case": getattr(scope.get("route"), "name", None), "status": status}
                if REFUSED_CODE in scope:
                    facts["code"] = scope[REFUSED_CODE]
                if sql:
                    facts |= {"sql": sql.count, "sql_ms": _milliseconds(sql.seconds)}
                ms = _milliseconds(perf_counter() - began)
                log.info("request completed", method=method, path=path, **facts, ms=ms)
            if method == "HEAD" and message["type"] == _FILE:
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        with observing(sql) if sql else nullcontext():
            async with deferring():
                try:
                    await self.app(scope, request_body.receive, send_with_headers)
                except ClientDisconnect:
                    if status:
                        log.info("client disconnected", method=method, path=path)
                        return
                    # Or malformed chunks: servers do not tell these apart. Perhaps somebody is there to read the answer.
                    refusal = InvalidInput("body", "is malformed, or ended too early", "body_incomplete")
                    scope[REFUSED_CODE] = refusal.code.value
                    await refused(refusal)(scope, receive, send_with_headers)
                except Exception:
                    log.exception("unhandled exception", method=method, path=path)
                    if status:  # it has begun: let the server break it off, or the caller takes half for the whole
                        raise
                    scope[REFUSED_CODE] = Code.INTERNAL_ERROR.value
                    answer = refused(TransportRefusal(500, Code.INTERNAL_ERROR))
                    await answer(scope, receive, send_with_headers)

"""A slice's router: it learns its name, its URL and its permission from where the file stands.

    router = slice_router()

    @router.patch("/{employee_id}/department", button="B_HR_EMP_TRANSFER")
    async def transfer(employee_id: SqidPath, request: TransferEmployeeRequest) -> Success[TransferEmployeeResponse]: ...

in `features/hr/employees/transfer.py` is the use case `hr.employees.transfer`, answers to
`PATCH /api/v1/business/hr/employees/{employee_id}/department`, and asks for sign-in, the API permission
`hr.employees.transfer` and the button.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from kernel.codes import Code
from kernel.database.unit_of_work import connection_of, unit_of_work
from kernel.ids import reading_wire
from kernel.rbac.door import Access, Door, Needs, all_of
from kernel.refusal import TransportRefusal

API_PREFIX = "/api/v1"

# An escaped NUL in JSON: an odd number of backslashes before u0000. No database text column holds one everywhere.
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

P = ParamSpec("P")
R = TypeVar("R")
Handler = Callable[P, Awaitable[R]]


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a slice's file says of its route; the rest follows from the file's place."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    access: Access
    button: Needs | None
    roles: Needs | None
    open_during_password_change: bool
    transaction: bool
    max_body_bytes: int | None


class SliceRouter:
    """Takes the one route of a slice's file. Get one with `slice_router()`."""

    def __init__(self) -> None:
        self.declared: list[Declared] = []

    def get(self, path: str = "", **options: Any) -> Callable[[Handler[P, R]], Handler[P, R]]:
        """A read. Options: see `route`."""
        return self.route("GET", path, **{"transaction": False, **options})

    def search(self, path: str = "/search", **options: Any) -> Callable[[Handler[P, R]], Handler[P, R]]:
        """A read whose filters come in a body: POST without a transaction."""
        return self.route("POST", path, **{"transaction": False, **options})

    def post(self, path: str = "", **options: Any) -> Callable[[Handler[P, R]], Handler[P, R]]:
        return self.route("POST", path, **options)

    def put(self, path: str = "", **options: Any) -> Callable[[Handler[P, R]], Handler[P, R]]:
        return self.route("PUT", path, **options)

    def patch(self, path: str = "", **options: Any) -> Callable[[Handler[P, R]], Handler[P, R]]:
        return self.route("PATCH", path, **options)

    def delete(self, path: str = "", **options: Any) -> Callable[[Handler[P, R]], Handler[P, R]]:
        return self.route("DELETE", path, **options)

    def route(
        self,
        method: str,
        path: str,
        *,
        access: Access = Access.GRANTED,
        button: str | Needs | None = None,
        roles: str | Needs | None = None,
        open_during_password_change: bool = False,
        transaction: bool = True,
        max_body_bytes: int | None = None,
    ) -> Callable[[Handler[P, R]], Handler[P, R]]:
        """Declare the slice's route.

        `access`, `button`, `roles` say who may call, see `kernel.rbac.door`. With `transaction=True` the handler runs
        in one unit of work; a slice that must not hold a connection while it works opens `unit_of_work()` itself.
        `max_body_bytes` replaces the setting MAX_BODY_BYTES, for uploads.
        """

        def declare(handler: Handler[P, R]) -> Handler[P, R]:
            self.declared.append(
                Declared(
                    method=method,
                    path=path,
                    handler=handler,
                    access=access,
                    button=all_of(button) if isinstance(button, str) else button,
                    roles=all_of(roles) if isinstance(roles, str) else roles,
                    open_during_password_change=open_during_password_change,
                    transaction=transaction,
                    max_body_bytes=max_body_bytes,
                )
            )
            return handler

        return declare


def slice_router() -> SliceRouter:
    """The router of one slice."""
    return SliceRouter()


class SliceRoute(APIRoute):
    """A slice as FastAPI serves it: the door first, before a byte of the body is read; then parsing; then the handler."""

    def __init__(self, declared: Declared, *, name: str, prefix: str, module: str, summary: str) -> None:
        self.door = Door(name, declared.access, declared.button, declared.roles, declared.open_during_password_change)
        self.transaction = declared.transaction
        *resource, _ = name.split(".")
        super().__init__(
            prefix + declared.path,
            _as_endpoint(declared.handler, module, transaction=declared.transaction),
            methods=[declared.method],
            name=name,
            operation_id=name,
            tags=["/".join(resource)],
            summary=summary,
            max_body_size=declared.max_body_bytes,
        )

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.door.admit(Headers(scope=scope).get("authorization"))
        await super().handle(scope, receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)

        async def handle_checked(request: Request) -> Response:
            await _refuse_unusable_text(request, takes_json=takes_json)
            with reading_wire():
                return await handle(request)

        return handle_checked


class SliceIndex(BaseRoute):
    """Finds the slice of a request in a tree of path segments: the same time among a thousand slices as among ten."""

    def __init__(self, routes: Iterable[SliceRoute]) -> None:
        self.routes = list(routes)
        self._root: dict[str, Any] = {}
        for route in self.routes:
            self._add(route)

    def _add(self, route: SliceRoute) -> None:
        node = self._root
        names: list[str] = []
        for segment in route.path_format.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                segment = "{}"
            node = node.setdefault(segment, {})
        leaves: dict[str, tuple[SliceRoute, list[str]]] = node.setdefault("/", {})
        for method in route.methods or ():
            if method in leaves:
                raise ValueError(
                    f"{route.name} and {leaves[method][0].name} both answer to {method} {route.path_format}; "
                    "change the path in one of them"
                )
            leaves[method] = (route, names)

    def find(self, path: str, method: str) -> tuple[SliceRoute, dict[str, str]] | None:
        """The slice and its path parameters; None for an unknown path. Raises TransportRefusal 405 for another method."""
        values: list[str] = []
        leaves = _descend(self._root, path.split("/")[1:], values)
        if leaves is None:
            return None
        if method not in leaves:
            raise TransportRefusal(405, Code.METHOD_NOT_ALLOWED)
        route, names = leaves[method]
        return route, dict(zip(names, values, strict=True))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        found = self.find(scope["path"], scope["method"])
        if found is None:
            return Match.NONE, {}
        route, path_params = found
        return Match.FULL, {"endpoint": route.endpoint, "path_params": path_params, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)


def _descend(node: dict[str, Any], segments: list[str], values: list[str]) -> dict[str, Any] | None:
    """The leaves below `node`; a literal segment goes before a parameter. Fills `values` with the parameters' values."""
    if not segments:
        return node.get("/")
    head, rest = segments[0], segments[1:]
    if not head:
        return None
    if (child := node.get(head)) is not None and (found := _descend(child, rest, values)) is not None:
        return found
    if (child := node.get("{}")) is None:
        return None
    values.append(head)
    if (found := _descend(child, rest, values)) is None:
        values.pop()
    return found


def _as_endpoint(
    handler: Callable[P, Awaitable[R]], module: str, *, transaction: bool
) -> Callable[P, Coroutine[Any, Any, R]]:
    """The handler as FastAPI calls it: the input is read by then, and a write runs in one unit of work."""

    @wraps(handler)
    async def endpoint(*args: P.args, **kwargs: P.kwargs) -> R:
        with reading_wire(False):
            if not transaction:
                return await handler(*args, **kwargs)
            async with unit_of_work(connection_of(module)):
                return await handler(*args, **kwargs)

    return endpoint


async def _refuse_unusable_text(request: Request, *, takes_json: bool) -> None:
    if b"%00" in request.scope["query_string"] or "\0" in request.scope["path"]:
        raise _nul_error("query" if b"%00" in request.scope["query_string"] else "path")
    if not takes_json:
        return
    body = await request.body()
    if body and not _is_json(request.headers.get("content-type", "")):
        raise TransportRefusal(415, Code.UNSUPPORTED_MEDIA_TYPE)
    if b"u0000" in body and _ESCAPED_NUL.search(body):
        raise _nul_error("body")


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _nul_error(place: str) -> RequestValidationError:
    return RequestValidationError(
        [{"type": "string_nul", "loc": (place,), "msg": "a text must not contain the character NUL (U+0000)"}]
    )

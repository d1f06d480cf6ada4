"""An app of a few slices that a test makes, with all of the kernel's own around them, as `create_app` puts it."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import wraps
from typing import Any

import httpx
from fastapi import FastAPI

from kernel import PUBLIC
from kernel.rbac.authorize import Access
from kernel.slices import decorators
from kernel.slices.index import SliceIndex
from kernel.slices.route import SliceRoute
from kernel.web.error_handlers import install_error_handlers
from kernel.web.middleware import RequestMiddleware

Message = MutableMapping[str, Any]


def slice_of(
    handler: Callable[..., Awaitable[Any]],
    path: str = "",
    method: str = "post",
    *,
    name: str = "shop.orders.send",
    prefix: str = "/orders",
    access: Access | None = PUBLIC,
    **options: Any,
) -> SliceRoute:
    """The handler as a slice: open to anyone, unless told otherwise; None says nothing of the access.

    One handler may be made a slice more than once, each time anew.
    """

    @wraps(handler)
    async def declared(*args: Any, **kwargs: Any) -> Any:
        return await handler(*args, **kwargs)

    said = options if access is None else {"access": access, **options}
    getattr(decorators, method)(path, **said)(declared)
    return SliceRoute(declared, name=name, prefix=prefix, summary=f"It is {name}.")


def app_of(*slices: SliceRoute) -> FastAPI:
    """An app of these slices. It has no lifespan: what it needs of a database, the test starts."""
    app = FastAPI()
    app.router.routes.insert(0, SliceIndex(slices))
    install_error_handlers(app)
    app.add_middleware(RequestMiddleware)
    return app


def caller(app: Any) -> httpx.AsyncClient:
    """A client of the app."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test")


def http_scope(path: str = "/", method: str = "GET", **headers: str) -> Message:
    """What a server tells an ASGI app of a request; `x_request_id` is the header X-Request-ID."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": raw,
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }


async def no_body() -> Message:
    """The `receive` of a request without a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def unreadable() -> Message:
    """The `receive` of a request whose body nobody may read."""
    raise AssertionError("the body was read")

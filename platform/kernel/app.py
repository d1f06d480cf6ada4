"""The application: slices behind their index, middlewares around them, the lifespan that opens and closes what they use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from tortoise import Tortoise

from kernel.logs import configure_logs
from kernel.redis_line import connected
from kernel.settings import Settings, settings
from kernel.slices.discovery import database_config, discover
from kernel.slices.index import SliceIndex
from kernel.slices.openapi import describe
from kernel.startup.run import start_up
from kernel.unit_of_work.delivery import relaying
from kernel.uploads import URL_PREFIX
from kernel.web.error_handlers import install_error_handlers
from kernel.web.middleware import RequestMiddleware
from kernel.web.static import UploadedFiles


def create_app() -> FastAPI:
    """The ASGI app with every slice that stands under features/. Raises OperatorError for a broken one."""
    configure_logs()
    index = SliceIndex(route for feature in discover() for route in feature.slices)
    app = _bare_app(settings())
    app.router.redirect_slashes = False
    app.router.routes.insert(0, index)
    app.mount(URL_PREFIX.rstrip("/"), UploadedFiles(), name="static")
    app.openapi = partial(describe, app, index.routes, [kind for feature in discover() for kind in feature.codes])
    install_error_handlers(app)
    app.add_middleware(RequestMiddleware)
    return app


def _bare_app(config: Settings) -> FastAPI:
    options: dict[str, Any] = {
        "title": config.app_title,
        "lifespan": _lifespan,
        "redoc_url": None,
    }
    if config.docs_enabled:
        return FastAPIOffline(**options)  # FastAPI's own /docs is a blank page where no CDN can be reached
    return FastAPI(**options, docs_url=None, openapi_url=None)


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with connected(settings().redis_url):
        # Requests run in tasks other than this one, so the connections are those of the process.
        await Tortoise.init(config=database_config(), _enable_global_fallback=True)
        try:
            await start_up(discover())
            async with relaying():
                yield
        finally:
            await Tortoise.close_connections()

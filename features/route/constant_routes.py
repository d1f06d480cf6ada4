"""The routes that everybody sees, signed in or not."""

from features.route.routes import Route, as_routes, with_ancestors
from kernel import PUBLIC, Status, get
from kernel.identity.models import Menu


@get("/constant-routes", access=PUBLIC)
async def constant_routes() -> list[Route]:
    enabled = {menu.id: menu for menu in await Menu.filter(constant=True, status_type=Status.ENABLED)}
    return as_routes(with_ancestors(enabled, enabled).values())

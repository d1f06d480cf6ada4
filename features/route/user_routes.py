"""The routes of the signed-in user: the menus that their roles grant, with the ancestors of each, and where home is."""

from features.route.routes import Route, as_routes, with_ancestors
from kernel import SIGNED_IN, Schema, Status, get, require_actor
from kernel.identity.models import Menu, MenuType, Role

DEFAULT_HOME = "home"
CHANGE_PAGE = "user-center"


class UserRoutesResponse(Schema):
    routes: list[Route]
    home: str


@get("/user-routes", access=SIGNED_IN, open_during_password_change=True)
async def user_routes() -> UserRoutesResponse:
    """While a password change is due, only the page where it is changed: that is where every client then lands."""
    actor = require_actor()
    if actor.must_change_password:
        page = await Menu.filter(route_name=CHANGE_PAGE)
        return UserRoutesResponse(routes=as_routes(page), home=CHANGE_PAGE)
    enabled = {menu.id: menu for menu in await Menu.filter(constant=False, status_type=Status.ENABLED)}
    granted = set(enabled) if actor.is_super else await granted_menu_ids(actor.role_ids)
    visible = with_ancestors(granted, enabled)
    return UserRoutesResponse(routes=as_routes(visible.values()), home=await home_of(actor.role_ids, visible))


async def granted_menu_ids(role_ids: frozenset[int]) -> set[int]:
    return {menu_id for (menu_id,) in await Menu.filter(roles__id__in=sorted(role_ids)).values_list("id")}


async def home_of(role_ids: frozenset[int], visible: dict[int, Menu]) -> str:
    """The home of the first of the user's roles that has one which they may see; else their first page."""
    homes = await Role.filter(id__in=sorted(role_ids), home_id__isnull=False).order_by("id")
    pages = sorted((menu for menu in visible.values() if menu.menu_type == MenuType.MENU), key=lambda menu: menu.order)
    candidates = [visible[role.home_id] for role in homes if role.home_id in visible] + pages
    return candidates[0].route_name if candidates else DEFAULT_HOME

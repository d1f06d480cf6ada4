"""The routes of the signed-in user: the menus that their roles grant, with the ancestors of each, and where home is."""

from features.route.routes import Route, as_routes
from kernel import SIGNED_IN, Actor, Schema, Status, Success, require_actor, slice_router
from kernel.identity.models import Menu, Role

router = slice_router()

DEFAULT_HOME = "home"


class UserRoutesResponse(Schema):
    routes: list[Route]
    home: str


@router.get("/user-routes", access=SIGNED_IN)
async def user_routes() -> Success[UserRoutesResponse]:
    actor = require_actor()
    enabled = {menu.id: menu for menu in await Menu.filter(constant=False, status_type=Status.ENABLED)}
    visible = enabled if actor.is_super else with_ancestors(await granted_menu_ids(actor), enabled)
    return Success(data=UserRoutesResponse(routes=as_routes(visible.values()), home=await home_of(actor, visible)))


async def granted_menu_ids(actor: Actor) -> set[int]:
    return {menu_id for (menu_id,) in await Menu.filter(roles__id__in=sorted(actor.role_ids)).values_list("id")}


def with_ancestors(granted: set[int], enabled: dict[int, Menu]) -> dict[int, Menu]:
    """The granted menus and all above them. A menu below one that is disabled is not to be reached, so it is left out."""
    visible: dict[int, Menu] = {}
    for menu_id in granted:
        path: dict[int, Menu] = {}
        step: int | None = menu_id
        while step is not None and step in enabled and step not in path:
            path[step] = enabled[step]
            step = enabled[step].parent_id
        if step is None:
            visible |= path
    return visible


async def home_of(actor: Actor, visible: dict[int, Menu]) -> str:
    """The home of the first of the user's roles that has one which they may see."""
    homes = await Role.filter(id__in=sorted(actor.role_ids), home_id__isnull=False).order_by("id")
    return next((visible[role.home_id].route_name for role in homes if role.home_id in visible), DEFAULT_HOME)

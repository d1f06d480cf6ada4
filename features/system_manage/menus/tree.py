"""Show all menus as a tree, for granting them to a role."""

from typing import Any

from features.system_manage.authorization_tree import AuthorizationNode, grantable, why_not
from kernel import Status, build_tree, get, public_id
from kernel.identity.models import Menu
from kernel.rbac.grants import Grants

SEEN_BY_ALL = "Everybody sees this page."


@get("/tree")
async def menu_tree() -> list[AuthorizationNode]:
    """The caller cannot tick what they do not hold, nor anybody what everybody sees."""
    held = await grantable()
    menus = await Menu.all().values()
    return [menu_node(menu, held) for menu in build_tree(menus)]


def menu_node(menu: dict[str, Any], held: Grants | None) -> AuthorizationNode:
    return AuthorizationNode.grant(
        public_id(Menu, menu["id"]),
        menu["menu_name"],
        [menu_node(child, held) for child in menu["children"]],
        route_name=menu["route_name"],
        forbidden=SEEN_BY_ALL if menu["constant"] else why_not(menu["route_name"], held.menus if held else None),
        invalid=menu["status_type"] != Status.ENABLED,
        hidden=menu["hide_in_menu"],
    )

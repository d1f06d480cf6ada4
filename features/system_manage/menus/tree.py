"""Show all menus as a tree, for granting them to a role."""

from typing import Any

from features.system_manage.authorization_tree import AuthorizationNode, Grantable, grantable
from kernel import Status, build_tree, get, public_id
from kernel.identity.models import Menu


@get("/tree")
async def menu_tree() -> list[AuthorizationNode]:
    """The caller cannot tick what they do not hold, nor anybody what everybody sees."""
    caller = await grantable()
    nodes = [
        {"id": menu.id, "parent_id": menu.parent_id, "order": menu.order, "menu": menu} for menu in await Menu.all()
    ]
    return [menu_node(node, caller) for node in build_tree(nodes)]


def menu_node(node: dict[str, Any], caller: Grantable) -> AuthorizationNode:
    menu: Menu = node["menu"]
    return AuthorizationNode.grant(
        public_id(Menu, menu.id),
        menu.menu_name,
        [menu_node(child, caller) for child in node["children"]],
        route_name=menu.route_name,
        forbidden=caller.why_not_menu(menu),
        invalid=menu.status_type != Status.ENABLED,
        hidden=menu.hide_in_menu,
    )

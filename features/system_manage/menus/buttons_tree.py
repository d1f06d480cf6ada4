"""Show all buttons on their pages as a tree, for granting them to a role."""

from collections import defaultdict
from typing import Any

from features.system_manage.authorization_tree import AuthorizationNode, grantable
from kernel import build_tree, get, public_id
from kernel.identity.models import Button, Menu

Nodes = defaultdict[int, list[AuthorizationNode]]


@get("/buttons/tree")
async def button_tree() -> list[AuthorizationNode]:
    """Only pages with buttons, and what they stand below. The caller cannot tick what they do not hold."""
    caller = await grantable()
    buttons: Nodes = defaultdict(list)
    for button in await Button.all().order_by("id"):
        label = button.button_desc or button.button_code
        node = AuthorizationNode.grant(public_id(Button, button.id), label, forbidden=caller.why_not_button(button))
        buttons[button.menu_id].append(node)
    menus = build_tree(await Menu.all().values())
    return [node for menu in menus if (node := page_node(menu, buttons))]


def page_node(menu: dict[str, Any], buttons: Nodes) -> AuthorizationNode | None:
    """The page with the pages below it and its own buttons; None if there is no button in all that."""
    below = [node for child in menu["children"] if (node := page_node(child, buttons))]
    children = below + buttons[menu["id"]]
    name = menu["route_name"]
    return AuthorizationNode.group(f"menu:{name}", menu["menu_name"], children, route_name=name) if children else None

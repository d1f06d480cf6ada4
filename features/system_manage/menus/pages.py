"""List the pages by name, as a form offers them for the home of a role or the view of a menu."""

from collections.abc import Iterator
from typing import Any

from kernel import PublicId, Schema, build_tree, get
from kernel.identity.models import Menu, MenuType


class PageOption(Schema):
    """`key` is the menu's id, `value` its route name."""

    key: PublicId[Menu]
    value: str


@get("/pages")
async def list_pages() -> list[PageOption]:
    """In the order of the menu. Of those that everybody sees before sign-in, none: nobody's home is there."""
    columns = ("id", "parent_id", "order", "route_name", "menu_type", "constant")
    return list(pages_of(build_tree(await Menu.all().values(*columns))))


def pages_of(menus: list[dict[str, Any]]) -> Iterator[PageOption]:
    for menu in menus:
        if menu["menu_type"] == MenuType.MENU and not menu["constant"]:
            yield PageOption(key=menu["id"], value=menu["route_name"])
        yield from pages_of(menu["children"])

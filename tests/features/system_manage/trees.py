"""Menus that tests make, and trees that they walk through."""

from collections.abc import Iterator
from typing import Any

from kernel.identity.models import Menu, MenuType


async def new_menu(name: str, **columns: Any) -> Menu:
    """A page of this route name; `columns` say what is otherwise."""
    row = {"menu_type": MenuType.MENU, "menu_name": f"It is {name}", "route_name": name, "route_path": f"/{name}"}
    return await Menu.create(**row | columns)


async def delete_all_menus() -> None:
    for menu in await Menu.all().order_by("-id"):  # children after their parents were made
        await menu.delete()


def walk(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every node of a tree, parents before their children."""
    for node in nodes:
        yield node
        yield from walk(node.get("children") or [])

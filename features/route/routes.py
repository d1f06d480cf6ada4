"""From menu rows to the routes that the front end's router reads; shared by the slices of this module."""

from collections.abc import Iterable

from pydantic import Field

from kernel import Schema, build_tree
from kernel.identity.models import IconType, Menu


def is_none(value: object) -> bool:
    return value is None


class RouteMeta(Schema):
    title: str
    i18n_key: str | None
    icon: str | None
    local_icon: str | None
    order: int
    keep_alive: bool
    constant: bool
    href: str | None
    hide_in_menu: bool
    active_menu: str | None
    multi_tab: bool
    fixed_index_in_tab: int | None
    query: list[dict[str, str]] | None


class Route(Schema):
    """The front end's router takes a key that is there at its word, so what is not set is left out."""

    name: str
    path: str
    component: str | None
    redirect: str | None = Field(None, exclude_if=is_none)
    props: bool | dict[str, str] | None = Field(None, exclude_if=is_none)
    meta: RouteMeta
    children: list["Route"] | None = Field(None, exclude_if=is_none)


def with_ancestors(wanted: Iterable[int], enabled: dict[int, Menu]) -> dict[int, Menu]:
    """The wanted menus and all above them. A menu below one that is disabled is not to be reached, so it is left out."""
    visible: dict[int, Menu] = {}
    for menu_id in wanted:
        path: dict[int, Menu] = {}
        step: int | None = menu_id
        while step is not None and step in enabled and step not in path:
            path[step] = enabled[step]
            step = enabled[step].parent_id
        if step is None:
            visible |= path
    return visible


def as_routes(menus: Iterable[Menu]) -> list[Route]:
    """The menus as a tree of routes, siblings in their `order`."""
    nodes = [{"id": menu.id, "parent_id": menu.parent_id, "order": menu.order, "menu": menu} for menu in menus]
    return [_as_route(node) for node in build_tree(nodes)]


def _as_route(node: dict) -> Route:
    menu: Menu = node["menu"]
    is_local = menu.icon_type == IconType.LOCAL
    return Route(
        name=menu.route_name,
        path=menu.route_path,
        component=menu.component,
        redirect=menu.redirect,
        props=menu.props,
        meta=RouteMeta(
            title=menu.menu_name,
            i18n_key=menu.i18n_key,
            icon=None if is_local else menu.icon,
            local_icon=menu.icon if is_local else None,
            order=menu.order,
            keep_alive=menu.keep_alive,
            constant=menu.constant,
            href=menu.href,
            hide_in_menu=menu.hide_in_menu,
            active_menu=menu.active_menu,
            multi_tab=menu.multi_tab,
            fixed_index_in_tab=menu.fixed_index_in_tab,
            query=menu.query,
        ),
        children=[_as_route(child) for child in node["children"]] or None,
    )

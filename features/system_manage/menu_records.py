"""A menu as it is shown, with its buttons and all that stands below it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from kernel import AuditedRecord, PublicId, Schema, Source, Status, build_tree
from kernel.identity.models import Button, IconType, Menu, MenuType


class RouteParam(Schema):
    key: str
    value: str


class MenuButton(Schema):
    button_code: str
    button_desc: str


class MenuRow(AuditedRecord[Menu]):
    """The columns of a menu."""

    parent_id: PublicId[Menu] | None
    menu_type: MenuType
    menu_name: str
    route_name: str
    route_path: str
    path_param: str | None
    component: str | None
    icon: str | None
    icon_type: IconType
    order: int
    i18n_key: str | None
    keep_alive: bool
    constant: bool
    href: str | None
    hide_in_menu: bool
    active_menu: str | None
    multi_tab: bool
    fixed_index_in_tab: int | None
    route_param: Annotated[list[RouteParam] | None, Source("query")]
    redirect: str | None
    props: bool | dict[str, str] | None
    status_type: Status


class MenuRecord(MenuRow):
    buttons: list[MenuButton]
    children: list["MenuRecord"]


async def as_tree(rows: Sequence[MenuRow]) -> list[MenuRecord]:
    """The menus as a tree, siblings in the order of `rows`; one whose parent is not among them is a root."""
    buttons: defaultdict[int, list[MenuButton]] = defaultdict(list)
    for button in await Button.filter(menu_id__in=[row.id for row in rows]).order_by("id"):
        buttons[button.menu_id].append(MenuButton.model_validate(button))
    nodes = [
        {"id": row.id, "parent_id": row.parent_id, "order": place, "row": row, "buttons": buttons[row.id]}
        for place, row in enumerate(rows)
    ]
    return [_record(node) for node in build_tree(nodes)]


def _record(node: Mapping[str, Any]) -> MenuRecord:
    children = [_record(child) for child in node["children"]]
    return MenuRecord.model_construct(**dict(node["row"]), buttons=node["buttons"], children=children)

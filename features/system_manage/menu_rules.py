"""What must hold of menus and their buttons, whoever changes them.

Whoever writes menus locks all of them first: they are few, seldom change, and hold on to one another by their places, their
paths and the codes of their buttons. And before them the grants, as whoever changes a role does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from features.system_manage.menu_fields import MenuButtonRequest
from features.system_manage.modules import grant_as_declared, use_cases_by_button
from kernel import Code, InvalidInput, NotFound, Refusal, require_actor
from kernel.identity.changes import grants_changed
from kernel.identity.models import Button, Menu

Menus = Mapping[int, Menu]


async def lock_menus(*, and_grants: bool = True) -> Menus:
    """All menus by their ids, locked to the end of the transaction, as the last one who wrote them left them.

    `and_grants`: what roles hold may change with them.
    """
    if and_grants:
        await grants_changed()
    await Menu.all().order_by("id").select_for_update(no_key=True).only("id")
    return {menu.id: menu for menu in await Menu.all()}


def ensure_route(sent: Mapping[str, Any], menus: Menus, *, of: int | None = None) -> None:
    """Raise Refusal 2607 or 2608 for a route name or a path that is sent empty, 2305 for a path that another menu has.

    (That no two have one name, the table sees to.)
    """
    if "route_name" in sent and sent["route_name"] is None:
        raise Refusal(Code.ROUTE_NAME_REQUIRED)
    if "route_path" in sent and sent["route_path"] is None:
        raise Refusal(Code.ROUTE_PATH_REQUIRED)
    for menu in menus.values():
        if menu.id != of and menu.route_path == sent.get("route_path"):
            raise Refusal(Code.DUPLICATE_MENU_ROUTE, f"{menu.menu_name} ({menu.route_name}) has this path already.")


async def set_buttons(menu: Menu, wanted: Sequence[MenuButtonRequest]) -> None:
    """Make these the buttons of the menu. Those that it had beside them go, and whoever held them holds them no more; new ones
    are held by the roles that declare them. The caller has locked menus and grants.

    Raises Refusal 1200 for a code that comes twice, 2300 for one that stands on another page, 2206 for one that a use case
    asks for: whoever brings such a button back opens a door, to roles that they may not be allowed to grant.
    """
    descriptions = {button.button_code: button.button_desc for button in wanted}
    if len(descriptions) < len(wanted):
        raise InvalidInput("byMenuButtons", "a button is named twice")
    present = {button.button_code: button for button in await Button.filter(menu_id=menu.id)}
    new = sorted(descriptions.keys() - present.keys())
    await _ensure_may_add(new)
    await Button.filter(id__in=[present[code].id for code in present.keys() - descriptions.keys()]).delete()
    for code in present.keys() & descriptions.keys():
        if present[code].button_desc != descriptions[code]:
            present[code].button_desc = descriptions[code]
            await present[code].save(update_fields=["button_desc"])
    made = [await Button.create(menu_id=menu.id, button_code=code, button_desc=descriptions[code]) for code in new]
    await grant_as_declared(menus=[], buttons=made)


async def _ensure_may_add(codes: Sequence[str]) -> None:
    taken = await Button.filter(button_code__in=codes).order_by("button_code").select_related("menu").first()
    if taken:
        page = f"{taken.menu.menu_name} ({taken.menu.route_name})"
        raise Refusal(Code.DUPLICATE_RESOURCE, f"The button {taken.button_code} stands on the page {page} already.")
    asked_for = use_cases_by_button()
    for code in codes:
        if code in asked_for and not require_actor().is_super:
            raise Refusal(
                Code.SUPER_ADMIN_ONLY,
                f"{asked_for[code]} asks for the button {code}; only a super administrator may bring it back.",
            )


async def delete_menus(menu_ids: Sequence[int]) -> None:
    """Delete menus with their buttons. Roles hold them no longer, and those whose home one was have none.

    Raises NotFound if one of them does not exist, Refusal 2307 if one outside of the list stands below one of them.
    """
    menus, going = await lock_menus(), set(menu_ids)
    if not going <= menus.keys():
        raise NotFound.of(Menu)
    for menu in menus.values():
        if menu.parent_id in going and menu.id not in going:
            above = menus[menu.parent_id]
            raise Refusal(Code.IN_USE, f"{menu.menu_name} stands below {above.menu_name}; move or delete it first.")
    while going:  # from the leaves upwards: SQLite asks after each row whether one still stands below it
        leaves = going - {menus[menu_id].parent_id for menu_id in going}
        await Menu.filter(id__in=sorted(leaves)).delete()
        going -= leaves

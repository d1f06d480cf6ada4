"""Change a menu and its buttons: only the fields that are sent."""

from pydantic import MISSING

from features.system_manage.menu_fields import MenuRequest, columns_of
from features.system_manage.menu_rules import ensure_route, lock_menus, set_buttons
from kernel import Int32, NotFound, ShortText, SqidId, Status, Updated, patch
from kernel.identity.models import IconType, Menu, MenuType


class UpdateMenuRequest(MenuRequest):
    """`byMenuButtons`, if there are any, even none (`[]`), are all the buttons from then on."""

    menu_type: MenuType | MISSING = MISSING
    menu_name: ShortText | MISSING = MISSING
    icon_type: IconType | MISSING = MISSING
    order: Int32 | MISSING = MISSING
    keep_alive: bool | MISSING = MISSING
    constant: bool | MISSING = MISSING
    hide_in_menu: bool | MISSING = MISSING
    multi_tab: bool | MISSING = MISSING
    status_type: Status | MISSING = MISSING


@patch("/{menu_id}")
async def update_menu(menu_id: SqidId[Menu], request: UpdateMenuRequest) -> Updated[Menu]:
    """A button that is not among `byMenuButtons` any more, or has another code there, is taken from all who held it."""
    changes = request.changes()
    menus = await lock_menus(and_grants=request.by_menu_buttons is not None)
    await Menu.ensure_may_stand_below(request.parent_id, menu_id)
    menu = menus.get(menu_id)
    if menu is None:
        raise NotFound.of(Menu)
    ensure_route(changes, menus, of=menu_id)
    if columns := columns_of(changes):
        await menu.update_from_dict(columns).save(update_fields=list(columns))
    if request.by_menu_buttons is not None:
        await set_buttons(menu, request.by_menu_buttons)
    return Updated(updated_id=menu_id)

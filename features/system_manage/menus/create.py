"""Create a menu, with its buttons."""

from features.system_manage.menu_fields import MenuRequest, columns_of
from features.system_manage.menu_rules import ensure_route, lock_menus, set_buttons
from features.system_manage.modules import grant_as_declared
from kernel import Created, Int32, ShortText, Status, post
from kernel.identity.models import IconType, Menu, MenuType


class CreateMenuRequest(MenuRequest):
    """`routeName` and `routePath` are required; each has a refusal of its own (2607, 2608)."""

    menu_type: MenuType
    menu_name: ShortText
    icon_type: IconType = IconType.ICONIFY
    order: Int32 = 0
    keep_alive: bool = False
    constant: bool = False
    hide_in_menu: bool = False
    multi_tab: bool = False
    status_type: Status = Status.ENABLED


@post()
async def create_menu(request: CreateMenuRequest) -> Created[Menu]:
    """Beside super administrators, it and its buttons are held by the roles alone that declare them, as R_ADMIN all there is."""
    menus = await lock_menus()
    await Menu.ensure_may_stand_below(request.parent_id)
    ensure_route(dict(request), menus)
    menu = await Menu.create(**columns_of(dict(request)))
    await grant_as_declared(menus=[menu], buttons=[])
    await set_buttons(menu, request.by_menu_buttons or [])
    return Created(created_id=menu.id)

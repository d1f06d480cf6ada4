"""What an administrator deleted of the declared menus, buttons and roles stays deleted."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from kernel import Declarations, MenuEntry, RoleEntry, transaction
from kernel.identity.models import SUPER_ROLE, Button, Declared, Menu, Role, User
from kernel.rbac.authorize import Access
from kernel.slices.discovery import Feature, discover
from kernel.slices.route import SliceRoute
from kernel.startup.bootstrap import open_demo_accounts
from kernel.startup.sync_permissions import sync_permissions
from tests.platform.kernel.small_app import slice_of
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")

ORDERS = MenuEntry("shop_orders", "Orders", icon="i", buttons_of=["shop.orders.*"])
PARCELS = MenuEntry("shop_parcels", "Parcels", icon="i", buttons_of=["shop.parcels.*"])
SHOP = MenuEntry("shop", "Shop", icon="i", children=[ORDERS])
KEEPER = RoleEntry("R_SHOP", "Keeper", menus=["shop*"], buttons=["B_*"])


async def handler() -> None: ...


def slice_(verb: str, resource: str = "orders") -> SliceRoute:
    """A use case that asks for a button of its name."""
    name, button = f"shop.{resource}.{verb}", f"B_{resource}_{verb}".upper()
    return slice_of(handler, f"/{resource}/{verb}", name=name, button=button, access=Access.GRANTED)


def shop(*slices: SliceRoute, menu: MenuEntry = SHOP, roles: tuple[RoleEntry, ...] = (KEEPER,)) -> Feature:
    access = Declarations(menus=[menu], roles=roles)
    return Feature(title="Shop", prefix="/shop", name="shop", slices=slices, access=access)


async def start(*features: Feature) -> None:
    async with transaction(__name__):
        await sync_permissions([*discover(), *features])


async def names() -> tuple[set[str], set[str], set[str]]:
    """Of the shop's menus, buttons and roles."""
    menus = await Menu.filter(route_name__startswith="shop")
    buttons = await Button.filter(menu__route_name__startswith="shop")
    roles = await Role.filter(role_code__startswith="R_SHOP")
    return (
        {menu.route_name for menu in menus},
        {button.button_code for button in buttons},
        {role.role_code for role in roles},
    )


async def test_what_was_deleted_stays_deleted() -> None:
    feature = shop(slice_("send"), slice_("track"))
    await start(feature)
    assert await names() == ({"shop", "shop_orders"}, {"B_ORDERS_SEND", "B_ORDERS_TRACK"}, {"R_SHOP"})
    await Menu.filter(route_name="shop_orders").delete()
    await Role.filter(role_code="R_SHOP").delete()
    async with unchanged():
        with capture_logs() as logs:
            await start(feature)
    assert logs == []
    assert await names() == ({"shop"}, set(), set())


async def test_a_deleted_button_stays_deleted() -> None:
    feature = shop(slice_("send"), slice_("track"))
    await start(feature)
    await Button.filter(button_code="B_ORDERS_SEND").delete()
    async with unchanged():
        await start(feature)
    assert (await names())[1] == {"B_ORDERS_TRACK"}


async def test_what_was_renamed_is_not_created_again() -> None:
    await start(shop())
    await Menu.filter(route_name="shop_orders").update(route_name="shop_carts")
    await Role.filter(role_code="R_SHOP").update(role_code="R_SHOPKEEPER")
    await start(shop())
    assert await names() == ({"shop", "shop_carts"}, set(), {"R_SHOPKEEPER"})


async def test_what_is_new_is_still_created() -> None:
    """Though something else was deleted. What is new is granted to the role that stayed, and to it alone."""
    clerk = RoleEntry("R_SHOP_CLERK", "Clerk", menus=["shop_parcels"])
    await start(shop(slice_("send"), roles=(KEEPER, clerk)))
    await Menu.filter(route_name="shop_orders").delete()
    await Role.filter(role_code="R_SHOP_CLERK").delete()
    more = replace(SHOP, children=[ORDERS, PARCELS])
    later = RoleEntry("R_SHOP_BOSS", "Boss", menus=["shop*"])
    await start(shop(slice_("send"), slice_("pack", "parcels"), menu=more, roles=(KEEPER, clerk, later)))
    assert await names() == ({"shop", "shop_parcels"}, {"B_PARCELS_PACK"}, {"R_SHOP", "R_SHOP_BOSS"})
    for code in ("R_SHOP", "R_SHOP_BOSS"):
        held = await Menu.filter(roles__role_code=code).order_by("id").values_list("route_name", flat=True)
        assert held == ["shop", "shop_parcels"]


async def test_a_new_menu_below_one_that_was_deleted_stands_where_that_one_stood() -> None:
    """Below the next one above that is left, or at the top, where its component has a layout of its own."""
    await start(shop(menu=replace(SHOP, children=[replace(ORDERS, children=[PARCELS])])))
    await Menu.filter(route_name="shop_parcels").delete()
    await Menu.filter(route_name="shop_orders").delete()
    letters = replace(PARCELS, route_name="shop_letters")
    await start(shop(menu=replace(SHOP, children=[replace(ORDERS, children=[PARCELS, letters])])))
    menu = await Menu.get(route_name="shop_letters").select_related("parent")
    assert menu.parent
    assert (menu.parent.route_name, menu.component) == ("shop", "view.shop_letters")
    await Menu.filter(route_name="shop_letters").delete()
    await Menu.filter(route_name="shop").delete()
    cards = replace(PARCELS, route_name="shop_cards")
    await start(shop(menu=replace(SHOP, children=[replace(ORDERS, children=[PARCELS, letters, cards])])))
    menu = await Menu.get(route_name="shop_cards")
    assert (menu.parent_id, menu.component) == (None, "layout.base$view.shop_cards")


async def test_a_new_button_of_a_page_that_was_deleted_stands_on_what_that_stood_below() -> None:
    await start(shop(slice_("send")))
    await Menu.filter(route_name="shop_orders").delete()
    await start(shop(slice_("send"), slice_("track")))
    (button,) = await Button.filter(button_code__startswith="B_ORDERS_").select_related("menu")
    assert (button.button_code, button.menu.route_name) == ("B_ORDERS_TRACK", "shop")


async def test_a_new_button_without_any_page_waits_for_one() -> None:
    """The log says so, and of one that was deleted nothing."""
    await start(shop(slice_("send"), menu=ORDERS))
    await Menu.filter(route_name="shop_orders").delete()
    feature = shop(slice_("send"), slice_("track"), menu=ORDERS)
    with capture_logs() as logs:
        await start(feature)
    left_out = [(line["button"], line["use_case"]) for line in logs if line["log_level"] == "warning"]
    assert left_out == [("B_ORDERS_TRACK", "shop.orders.track")]
    await Menu.create(route_name="shop_orders", menu_type="2", menu_name="Orders", route_path="/orders")
    await start(feature)
    assert (await names())[1] == {"B_ORDERS_TRACK"}


async def test_a_row_of_before_anything_was_noted_counts_as_made() -> None:
    """As in an installation of an older version: what is there is left alone, and what is deleted from now on stays so."""
    await start(shop(slice_("send")))
    await Declared.all().delete()
    await Menu.filter(route_name="shop_orders").update(menu_name="Sales")
    await start(shop(slice_("send")))
    assert (await Menu.get(route_name="shop_orders")).menu_name == "Sales"
    await Menu.filter(route_name="shop_orders").delete()
    await start(shop(slice_("send")))
    assert await names() == ({"shop"}, set(), {"R_SHOP"})


async def test_a_row_that_somebody_made_before_it_was_declared_counts_as_made() -> None:
    await Role.create(role_code="R_SHOP", role_name="Our shop")
    await start(shop())
    assert (await Role.get(role_code="R_SHOP")).role_name == "Our shop"
    await Role.filter(role_code="R_SHOP").delete()
    await start(shop())
    assert (await names())[2] == set()


async def test_what_was_deleted_and_made_again_by_hand_is_left_alone() -> None:
    await start(shop())
    await Menu.filter(route_name="shop_orders").delete()
    await Menu.create(route_name="shop_orders", menu_type="2", menu_name="By hand", route_path="/orders")
    async with unchanged():
        await start(shop())


async def test_the_super_role_is_always_there() -> None:
    """Nobody could do without it. No use case deletes it, but somebody in the database may."""
    await User.filter(roles__role_code=SUPER_ROLE).delete()
    await Role.filter(role_code=SUPER_ROLE).delete()
    await start()
    assert await Role.exists(role_code=SUPER_ROLE)


async def test_without_its_role_a_demo_account_is_not_opened() -> None:
    await User.filter(user_name__in=["Admin", "User"]).delete()
    await Role.filter(role_code="R_ADMIN").delete()
    await start()
    await open_demo_accounts()
    assert await User.filter(user_name__in=["Admin", "User"]).values_list("user_name", flat=True) == ["User"]

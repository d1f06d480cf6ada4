"""The identity tables follow the code, and what administrators did to them stays done."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from kernel import DataScope, Declarations, MenuEntry, RoleEntry, Status, transaction
from kernel.errors.operator import DeclarationError
from kernel.identity.models import Api, Button, IconType, Menu, MenuType, Role
from kernel.rbac.authorize import Access, any_of
from kernel.slices.discovery import Feature, discover
from kernel.slices.route import SliceRoute
from kernel.startup.sync_permissions import sync_permissions
from tests.conftest import Cost
from tests.platform.kernel.small_app import slice_of
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")


async def handler() -> None: ...


def slice_(name: str = "shop.orders.send", path: str = "/send", **options: Any) -> SliceRoute:
    return slice_of(handler, path, name=name, **{"access": Access.GRANTED, **options})


def shop(
    *slices: SliceRoute,
    menus: Iterable[MenuEntry] = (),
    roles: Iterable[RoleEntry] = (RoleEntry("R_SHOP", "Shopkeeper", apis=["shop.*"]),),
) -> Feature:
    """A feature that is not among the project's own."""
    access = Declarations(menus=[*menus], roles=[*roles])
    return Feature(title="Shop", prefix="/shop", name="shop", slices=slices, access=access)


ORDERS = MenuEntry("shop_orders", "Orders", icon="mdi:cart", buttons_of=["shop.orders.*"])


async def start(*features: Feature) -> None:
    """A start with the project's own features and these."""
    async with transaction(__name__):
        await sync_permissions([*discover(), *features])


async def granted(role: str, what: str = "apis") -> set[str]:
    """What a role is granted of `apis`, `menus` or `buttons`, by name."""
    names = {"apis": "route_key", "menus": "route_name", "buttons": "button_code"}
    rows = await getattr(await Role.get(role_code=role), what).all().values_list(names[what], flat=True)
    return set(rows)


async def test_a_second_start_changes_nothing(counting: Callable[[], AbstractContextManager[Cost]]) -> None:
    await start(shop(slice_(button="B_SEND"), menus=[ORDERS]))
    async with unchanged():
        with counting() as cost, capture_logs() as logs:
            await start(shop(slice_(button="B_SEND"), menus=[ORDERS]))
    assert [sql for sql in cost.statements if not sql.lstrip().upper().startswith("SELECT")] == []
    assert logs == []


async def test_the_number_of_statements_does_not_grow_with_the_slices(
    counting: Callable[[], AbstractContextManager[Cost]],
) -> None:
    many = shop(*(slice_(f"shop.orders.n{number}", f"/n{number}") for number in range(50)))
    costs: list[int] = []
    for features in ([], [many]):
        await start(*features)
        with counting() as cost:
            await start(*features)
        costs.append(len(cost.statements))
    assert costs[1] <= costs[0] + 1


# --- use cases


async def test_a_new_slice_has_a_row_and_is_granted_to_the_roles_that_declare_it() -> None:
    clerk = RoleEntry("R_CLERK", "Clerk", apis=["shop.orders.send"])
    keeper, guest = RoleEntry("R_SHOP", "Keeper", apis=["shop.*"]), RoleEntry("R_GUEST", "Guest")
    await start(shop(slice_("shop.orders.send"), roles=[clerk, keeper, guest]))
    await start(shop(slice_("shop.orders.send"), slice_("shop.orders.get", "/get"), roles=[clerk, keeper, guest]))
    row = await Api.get(route_key="shop.orders.send")
    assert (row.api_path, row.api_method, row.summary) == ("/orders/send", "post", "It is shop.orders.send.")
    assert (row.tags, row.status_type) == (["shop/orders"], Status.ENABLED)
    assert await granted("R_SHOP") == {"shop.orders.send", "shop.orders.get"}
    assert await granted("R_CLERK") == {"shop.orders.send"}
    assert await granted("R_GUEST") == set()


async def test_every_slice_of_the_house_has_its_row() -> None:
    rows = {row.route_key: (row.api_path, row.api_method) for row in await Api.all()}
    slices = {each.name: (each.path, *(each.methods or ())) for feature in discover() for each in feature.slices}
    assert rows == {name: (path, method.lower()) for name, (path, method) in slices.items()}


async def test_a_slice_that_moved_is_updated_and_keeps_what_was_decided_about_it() -> None:
    await start(shop(slice_()))
    before = await Api.get(route_key="shop.orders.send")
    await Api.filter(id=before.id).update(status_type=Status.DISABLED)
    moved = slice_of(handler, "/dispatch", "put", name="shop.orders.send", access=Access.GRANTED)
    moved.summary, moved.tags = "Send an order away.", ["shop/parcels"]
    await start(shop(moved))
    after = await Api.get(route_key="shop.orders.send")
    assert (after.id, after.status_type) == (before.id, Status.DISABLED)
    assert (after.api_path, after.api_method) == ("/orders/dispatch", "put")
    assert (after.summary, after.tags) == ("Send an order away.", ["shop/parcels"])
    assert await granted("R_SHOP") == {"shop.orders.send"}


async def test_a_slice_that_is_gone_takes_its_row_and_its_grants_along() -> None:
    await start(shop(slice_(), slice_("shop.orders.get", "/get")))
    with capture_logs() as logs:
        await start(shop(slice_("shop.orders.get", "/get")))
    assert not await Api.filter(route_key="shop.orders.send").exists()
    assert await granted("R_SHOP") == {"shop.orders.get"}
    assert [line["use_case"] for line in logs] == ["shop.orders.send"]


async def test_a_slice_that_comes_back_is_new() -> None:
    await start(shop(slice_(), slice_("shop.orders.get", "/get")))
    await (await Role.get(role_code="R_SHOP")).apis.clear()
    await start(shop(slice_("shop.orders.get", "/get")))
    await start(shop(slice_(), slice_("shop.orders.get", "/get")))
    assert await granted("R_SHOP") == {"shop.orders.send"}


# --- what administrators did


@pytest.mark.parametrize("what", ["apis", "menus", "buttons"])
async def test_a_grant_that_was_taken_away_does_not_come_back(what: str) -> None:
    feature = shop(
        slice_(button="B_SEND"),
        menus=[ORDERS],
        roles=[RoleEntry("R_SHOP", "Keeper", apis=["shop.*"], menus=["shop_orders"], buttons=["B_SEND"])],
    )
    await start(feature)
    role = await Role.get(role_code="R_SHOP")
    assert len(await granted("R_SHOP", what)) == 1
    await getattr(role, what).clear()
    await start(feature)
    assert await granted("R_SHOP", what) == set()


async def test_a_grant_that_was_given_stays() -> None:
    await start(shop(slice_()))
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="shop.orders.send"))
    await start(shop(slice_()))
    assert await granted("R_USER") == {"shop.orders.send"}


async def test_what_was_changed_stays_changed() -> None:
    feature = shop(slice_(button="B_SEND"), menus=[ORDERS])
    await start(feature)
    manage = await Menu.get(route_name="manage")
    await Menu.filter(route_name="shop_orders").update(menu_name="Sales", parent_id=manage.id, order=5, icon="mdi:x")
    await Button.filter(button_code="B_SEND").update(button_desc="Away with it", menu_id=manage.id)
    await Role.filter(role_code="R_SHOP").update(
        role_name="Boss", data_scope=DataScope.ALL, status_type=Status.DISABLED
    )
    async with unchanged():
        await start(feature)


# --- roles, menus and buttons


async def test_a_pattern_of_menus() -> None:
    """`*` is all there is, whichever module brings it, and whoever made it."""
    made = await Menu.create(route_name="made", menu_type=MenuType.MENU, menu_name="Made by hand", route_path="/made")
    boss, keeper = RoleEntry("R_BOSS", "Boss", menus=["*"]), RoleEntry("R_SHOP", "Keeper", menus=["shop_*", "h?me"])
    await start(shop(menus=[ORDERS], roles=[boss, keeper]))
    assert await granted("R_BOSS", "menus") == {menu.route_name for menu in await Menu.all()}
    assert made.route_name in await granted("R_BOSS", "menus")
    assert await granted("R_SHOP", "menus") == {"shop_orders", "home"}


async def test_an_administrator_holds_all_there_is_and_all_that_is_new() -> None:
    await start(shop(slice_(button="B_SEND"), menus=[ORDERS]))
    for what, table in {"apis": Api, "menus": Menu, "buttons": Button}.items():
        assert len(await granted("R_ADMIN", what)) == await table.all().count()
    assert await granted("R_SHOP", "buttons") == set()


async def test_a_new_role_gets_all_that_it_declares() -> None:
    """Not only what is new at the same start."""
    auditor = RoleEntry(
        "R_AUDITOR",
        "Auditor",
        desc="Looks.",
        data_scope=DataScope.ALL,
        home="hr_employee",
        menus=["hr", "hr_employee"],
        apis=["hr.departments.s*", "hr.departments.get"],
        buttons=["B_HR_DEPT_*"],
    )
    await start(shop(roles=[auditor]))
    role = await Role.get(role_code="R_AUDITOR").select_related("home")
    assert (role.role_name, role.role_desc, role.data_scope) == ("Auditor", "Looks.", DataScope.ALL)
    assert role.home
    assert role.home.route_name == "hr_employee"
    assert await granted("R_AUDITOR", "menus") == {"hr", "hr_employee"}
    assert await granted("R_AUDITOR") == {"hr.departments.get", "hr.departments.search", "hr.departments.stats"}
    assert await granted("R_AUDITOR", "buttons") == set(
        await Button.filter(button_code__startswith="B_HR_DEPT_").values_list("button_code", flat=True)
    )


async def test_a_super_admin_needs_no_grants() -> None:
    role = await Role.get(role_code="R_SUPER")
    assert (role.data_scope, role.status_type) == (DataScope.ALL, Status.ENABLED)
    assert await granted("R_SUPER") == set()


async def test_a_button_stands_on_the_page_of_its_use_case_and_says_what_that_does() -> None:
    other = MenuEntry("shop_parcels", "Parcels", icon="i", buttons_of=["shop.parcels.pack", "shop.parcels.weigh"])
    await start(
        shop(
            slice_("shop.orders.send", "/send", button="B_SEND"),
            slice_("shop.parcels.pack", "/pack", button=any_of("B_PACK", "B_WRAP")),
            slice_("shop.parcels.weigh", "/weigh", button="B_PACK"),
            menus=[ORDERS, other],
        )
    )
    buttons = await Button.filter(button_code__in=["B_SEND", "B_PACK", "B_WRAP"]).order_by("button_code")
    shown = [(each.button_code, each.button_desc, (await each.menu).route_name) for each in buttons]
    assert shown == [
        ("B_PACK", "It is shop.parcels.pack.", "shop_parcels"),
        ("B_SEND", "It is shop.orders.send.", "shop_orders"),
        ("B_WRAP", "It is shop.parcels.pack.", "shop_parcels"),
    ]


async def test_a_new_button_is_granted_to_the_roles_that_declare_it() -> None:
    keeper, guest = RoleEntry("R_SHOP", "Keeper", buttons=["B_SHOP_*"]), RoleEntry("R_GUEST", "Guest")
    first = slice_(button="B_SHOP_SEND")
    second = slice_("shop.orders.get", "/get", button="B_SHOP_GET")
    await start(shop(first, menus=[ORDERS], roles=[keeper, guest]))
    await start(shop(first, second, menus=[ORDERS], roles=[keeper, guest]))
    assert await granted("R_SHOP", "buttons") == {"B_SHOP_SEND", "B_SHOP_GET"}
    assert await granted("R_GUEST", "buttons") == set()


async def test_a_new_menu_below_an_old_one() -> None:
    keeper = RoleEntry("R_SHOP", "Keeper", menus=["shop", "shop_orders"])
    below = replace(ORDERS, order=3, hidden=True, active_menu="shop", path_param="id", buttons_of=())
    catalog = MenuEntry("shop", "Shop", icon="mdi:store", order=7)
    await start(shop(menus=[catalog], roles=[replace(keeper, menus=["shop"])]))
    await start(shop(menus=[replace(catalog, children=[below])], roles=[keeper]))
    menu = await Menu.get(route_name="shop_orders")
    assert menu.parent_id == (await Menu.get(route_name="shop")).id
    assert (menu.menu_name, menu.menu_type, menu.icon, menu.icon_type) == (
        "Orders",
        MenuType.MENU,
        "mdi:cart",
        IconType.ICONIFY,
    )
    assert (menu.route_path, menu.path_param, menu.component) == ("/shop/orders/:id", "id", "view.shop_orders")
    assert (menu.i18n_key, menu.order, menu.hide_in_menu, menu.active_menu) == ("route.shop_orders", 3, True, "shop")
    assert await granted("R_SHOP", "menus") == {"shop", "shop_orders"}


# Route name, path, component, as the front end names its pages. What is indented stands below.
MENUS = """
login /login layout.blank$view.login
403 /403 layout.blank$view.403
404 /404 layout.blank$view.404
500 /500 layout.blank$view.500
home /home layout.base$view.home
user-center /user-center layout.base$view.user-center
manage /manage layout.base
  manage_user /manage/user view.manage_user
  manage_role /manage/role view.manage_role
  manage_menu /manage/menu view.manage_menu
  manage_api /manage/api view.manage_api
  manage_dictionary /manage/dictionary view.manage_dictionary
  manage_user-detail /manage/user-detail/:id view.manage_user-detail
hr /hr layout.base
  hr_employee /hr/employee view.hr_employee
  hr_department /hr/department view.hr_department
  hr_tag /hr/tag view.hr_tag
  hr_team /hr/team view.hr_team
  manage_radar /manage/radar view.manage_radar
  hr_my-workspace /hr/my-workspace view.hr_my-workspace
"""
HIDDEN = {"login", "403", "404", "500", "user-center", "manage_user-detail", "manage_dictionary"}


async def test_the_menus_that_the_front_end_knows_are_there() -> None:
    """A module that is new may bring more."""
    declared = [line for line in MENUS.splitlines() if line]
    names = [line.split()[0] for line in declared]
    menus = await Menu.filter(route_name__in=names).prefetch_related("parent")
    assert {
        f"{'  ' if menu.parent_id else ''}{menu.route_name} {menu.route_path} {menu.component}" for menu in menus
    } == set(declared)
    for menu in menus:
        if menu.parent:
            assert menu.parent.route_name == menu.route_name.partition("_")[0]
        assert (menu.menu_type is MenuType.CATALOG) is (menu.route_name in ("manage", "hr"))
        assert menu.hide_in_menu is (menu.route_name in HIDDEN)
        assert menu.constant is (menu.route_name in {"login", "403", "404", "500"})
        assert menu.i18n_key == f"route.{menu.route_name}"
        assert (menu.icon or "").startswith("mdi:")
        assert menu.icon_type is IconType.ICONIFY
        assert menu.status_type is (Status.DISABLED if menu.route_name == "manage_radar" else Status.ENABLED)


# --- what stops the start


async def test_what_is_declared_in_vain_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    await start(shop(roles=[RoleEntry("R_SHOP", "Keeper", apis=["shop.*"], menus=["shop_ordres"])]))
    warned = [
        record.msg["problem"] for record in caplog.records if isinstance(record.msg, dict) and "problem" in record.msg
    ]
    assert warned == [
        "features/shop/access.py: role R_SHOP grants the menu shop_ordres, and there is none",
        "features/shop/access.py: role R_SHOP grants the use case shop.*, and there is none",
    ]


async def test_a_use_case_can_be_deleted_though_a_role_names_it() -> None:
    """The app starts, and the grant is gone with it."""
    roles = [RoleEntry("R_SHOP", "Keeper", apis=["shop.orders.send", "shop.orders.get"])]
    await start(shop(slice_(), slice_("shop.orders.get", "/get"), roles=roles))
    await start(shop(slice_("shop.orders.get", "/get"), roles=roles))
    assert await granted("R_SHOP") == {"shop.orders.get"}


async def test_a_name_that_does_not_exist_stops_the_start() -> None:
    async with unchanged():
        with pytest.raises(DeclarationError, match="role R_SHPO is not declared by any module; did you mean R_SHOP"):
            await start(shop(slice_(roles="R_SHPO")))

"""What follows from the name of a menu: its path, its component, its place in the tree."""

import pytest

from kernel import DataScope, MenuEntry, RoleEntry

USER = MenuEntry("manage_user", "Users", icon="i")
DETAIL = MenuEntry("manage_user-detail", "User details", icon="i", path_param="id", hidden=True)
RADAR = MenuEntry("manage_radar", "Radar", icon="i", children=[MenuEntry("manage_radar_queries", "Queries", icon="i")])
MANAGE = MenuEntry("manage", "System management", icon="i", children=[USER, DETAIL, RADAR])
LOGIN = MenuEntry("login", "Sign in", icon="i", blank=True)
HOME = MenuEntry("home", "Home", icon="i")


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (HOME, "/home"),
        (LOGIN, "/login"),
        (USER, "/manage/user"),
        (DETAIL, "/manage/user-detail/:id"),
        (RADAR.children[0], "/manage/radar/queries"),
        (MenuEntry("404", "Not found", icon="i"), "/404"),
    ],
)
def test_the_path(entry: MenuEntry, path: str) -> None:
    assert entry.path == path


@pytest.mark.parametrize(
    ("entry", "at_top", "component"),
    [
        (HOME, True, "layout.base$view.home"),
        (LOGIN, True, "layout.blank$view.login"),
        (USER, False, "view.manage_user"),
        (DETAIL, False, "view.manage_user-detail"),
        (MANAGE, True, "layout.base"),
    ],
)
def test_the_component(entry: MenuEntry, at_top: bool, component: str) -> None:
    assert entry.component(at_top=at_top) == component


def test_parents_come_before_their_children() -> None:
    walked = [(entry.route_name, parent.route_name if parent else None) for entry, parent in MANAGE.walk()]
    assert walked == [
        ("manage", None),
        ("manage_user", "manage"),
        ("manage_user-detail", "manage"),
        ("manage_radar", "manage"),
        ("manage_radar_queries", "manage_radar"),
    ]


def test_a_role_that_says_nothing_grants_nothing() -> None:
    role = RoleEntry("R_SHOP", "Shopkeeper")
    assert (role.menus, role.buttons, role.apis, role.data_scope) == ((), (), (), DataScope.SELF)
    assert role.home == "home"

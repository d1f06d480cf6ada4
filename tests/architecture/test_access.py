"""Who may call a slice, and what it is called: the name that permissions, OpenAPI and clients hold on to."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import create_model
from starlette.routing import BaseRoute

from kernel import PUBLIC, SIGNED_IN, get
from kernel.app import create_app
from kernel.rbac.authorize import Access
from kernel.rbac.declarations import RoleEntry
from kernel.slices.discovery import discover
from kernel.slices.index import SliceIndex
from kernel.slices.route import SliceRoute
from kernel.startup.declarations import declared_in_vain
from tests.architecture.tree import ROOT, classes, is_slice, plant, python_files, shown
from tests.callers import every_slice

# Opening a slice is a change of these lists, and is reviewed as one.
PUBLIC_SLICES = {
    "auth.captcha",
    "auth.code_login",
    "auth.login",
    "auth.refresh_token",
    "auth.register",
    "auth.reset_password",
    "health.live",
    "health.ready",
    "hr.public.showcase",
    "route.constant_routes",
}
SIGNED_IN_SLICES = {
    "auth.end_session",
    "auth.sessions",
    "auth.exit_impersonation",
    "auth.logout",
    "auth.update_profile",
    "auth.change_password",
    "auth.user_info",
    "notices.read",
    "notices.read_all",
    "notices.search",
    "notices.unread_count",
    "route.exists",
    "route.user_routes",
    "system_manage.dictionaries.options",
}
OPEN_DURING_PASSWORD_CHANGE = {
    "auth.exit_impersonation",
    "auth.logout",
    "auth.update_profile",
    "auth.change_password",
    "auth.user_info",
    "route.exists",
    "route.user_routes",
}
GRANTED_APIS = {
    "R_ADMIN": {"*"},
    "R_USER": set[str](),
    "R_HR_MANAGER": {"hr.*"},
    "R_HR_SPECIALIST": {
        *(f"hr.employees.{verb}" for verb in ("search", "get", "status_logs")),
        *(f"hr.employees.{verb}" for verb in ("onboard", "update", "set_avatar", "transfer", "rehire")),
        *(f"hr.departments.{verb}" for verb in ("search", "get", "tree", "stats")),
        *(f"hr.tags.{verb}" for verb in ("search", "get")),
    },
    "R_DEPT_MGR": {
        *(f"hr.employees.{verb}" for verb in ("search", "get", "status_logs")),
        *("hr.departments.tree", "hr.departments.stats", "hr.tags.search", "hr.team.*"),
    },
    "R_EMPLOYEE": {
        *(f"hr.employees.{verb}" for verb in ("search", "get", "status_logs")),
        *("hr.tags.search", "hr.my.*"),
    },
}
PATHS_WITHOUT_AN_ACCESS_RULE = {"/docs", "/docs/oauth2-redirect", "/openapi.json", "/static-offline-docs", "/static"}

BARE_NAMES = {"Request", "Response", "Query", "Body", "Item", "Record"}


@pytest.fixture(scope="module")
def slices() -> list[SliceRoute]:
    return every_slice()


@pytest.fixture
def planted() -> Callable[..., SliceRoute]:
    """`planted("shop.orders.send", handler, access=PUBLIC)`: a slice as discovery would make it from that file."""

    def make(name: str, handler: Callable[..., Any] | None = None, **options: Any) -> SliceRoute:
        async def ask() -> int:
            return 1

        handler = handler or ask
        handler.__module__ = f"features.{name}"
        return SliceRoute(get(**options)(handler), name=name, prefix="/api/v1/shop", summary="")

    return make


# --- Access


def differing_access(
    slices: Iterable[SliceRoute], listed: set[str], is_open: Callable[[SliceRoute], bool]
) -> list[str]:
    """The slices that are open and not listed, or listed and not open."""
    opened = {route.name for route in slices if is_open(route)}
    return [f"{name} is open, and not on the list" for name in sorted(opened - listed)] + [
        f"{name} is on the list, and not open" for name in sorted(listed - opened)
    ]


def is_public(route: SliceRoute) -> bool:
    return route.access_rule.access is PUBLIC


def is_open_to_all_users(route: SliceRoute) -> bool:
    return route.access_rule.access is SIGNED_IN and not route.access_rule.button and not route.access_rule.roles


def is_open_during_password_change(route: SliceRoute) -> bool:
    return route.access_rule.open_during_password_change


def differing_grants(roles: Iterable[RoleEntry], listed: dict[str, set[str]]) -> list[str]:
    """What the declared roles are granted and the list does not say, or the other way round."""
    declared = {(role.code, api) for role in roles for api in role.apis}
    expected = {(code, api) for code, apis in listed.items() for api in apis}
    return [f"{code} is granted {api}, and not on the list" for code, api in sorted(declared - expected)] + [
        f"{code} is on the list with {api}, and not granted it" for code, api in sorted(expected - declared)
    ]


def routes_without_an_access_rule(routes: Iterable[BaseRoute], listed: set[str]) -> list[str]:
    """What answers beside the slices, and so without an access rule."""
    paths = [getattr(route, "path", repr(route)) for route in routes if not isinstance(route, SliceIndex)]
    return [f"{path} has no access rule; make it a slice" for path in paths if path not in listed]


def buttons_of_no_role(slices: Iterable[SliceRoute], granted: Sequence[str]) -> list[str]:
    """The buttons that no declared role has but those that hold all there is: a typing error here too."""
    return [
        f"features/{route.name.replace('.', '/')}.py asks for the button {button}, which no role in an access.py is granted"
        for route in slices
        for button in sorted(route.access_rule.button.names if route.access_rule.button else set())
        if not any(fnmatchcase(button, pattern) for pattern in granted if pattern != "*")
    ]


def test_public_slices(slices, planted):
    """Whoever opens a slice to the world says so in two places, of which a reviewer reads one."""
    assert differing_access(slices, PUBLIC_SLICES, is_public) == []
    opened = [planted("shop.login", access=PUBLIC), planted("shop.orders.send")]
    assert differing_access(opened, {"shop.orders.track"}, is_public) == [
        "shop.login is open, and not on the list",
        "shop.orders.track is on the list, and not open",
    ]


def test_signed_in_slices(slices, planted):
    """Open to every user is open to whoever has the weakest password. Button or roles beside it close a slice again."""
    assert differing_access(slices, SIGNED_IN_SLICES, is_open_to_all_users) == []
    opened = [planted("shop.mine", access=SIGNED_IN), planted("shop.ours", access=SIGNED_IN, roles="R_SHOP")]
    assert differing_access(opened, set(), is_open_to_all_users) == ["shop.mine is open, and not on the list"]


def test_slices_open_during_a_password_change(slices, planted):
    """A password that must be changed may be known to others, so there is little that one can do with it."""
    assert differing_access(slices, OPEN_DURING_PASSWORD_CHANGE, is_open_during_password_change) == []
    opened = [planted("shop.mine", open_during_password_change=True), planted("shop.orders.send")]
    assert differing_access(opened, set(), is_open_during_password_change) == ["shop.mine is open, and not on the list"]


def test_what_the_declared_roles_are_granted():
    """Who may call a slice that asks for its permission. A pattern too wide hands out what nobody meant to."""
    assert differing_grants([role for feature in discover() for role in feature.access.roles], GRANTED_APIS) == []
    declared = [RoleEntry("R_SHOP", "Keeper", apis=["shop.*"]), RoleEntry("R_CLERK", "Clerk", apis=["shop.orders.get"])]
    assert differing_grants(declared, {"R_SHOP": {"shop.orders.*"}, "R_CLERK": {"shop.orders.get"}}) == [
        "R_SHOP is granted shop.*, and not on the list",
        "R_SHOP is on the list with shop.orders.*, and not granted it",
    ]


def test_what_is_declared_exists():
    """The start warns of a name that nothing has, so that a use case can be deleted alone. Here it does not pass."""
    assert declared_in_vain(discover()) == []


def test_without_a_word_a_slice_is_granted(planted):
    """And a typing error is no fifth kind of access: see `kernel.startup.declarations`."""
    assert planted("shop.orders.send").access_rule.access is Access.GRANTED


def test_every_button_is_held_by_a_role(slices, planted):
    """A mistyped one is said with its file; else none but administrators passes, and tests say 2202."""
    granted = [pattern for feature in discover() for role in feature.access.roles for pattern in role.buttons]
    assert buttons_of_no_role(slices, granted) == []
    assert buttons_of_no_role([planted("shop.orders.send", button="B_SHPO_SEND")], ["B_SHOP_*", "*"]) == [
        "features/shop/orders/send.py asks for the button B_SHPO_SEND, which no role in an access.py is granted"
    ]


def test_nothing_answers_beside_the_slices():
    """Access rules guard slices. A route that is put beside them is open, whatever its code says."""
    assert routes_without_an_access_rule(create_app().routes, PATHS_WITHOUT_AN_ACCESS_RULE) == []
    app = FastAPI(docs_url=None, redoc_url=None)
    app.get("/backdoor")(lambda: None)
    assert routes_without_an_access_rule(app.routes, PATHS_WITHOUT_AN_ACCESS_RULE) == [
        "/backdoor has no access rule; make it a slice"
    ]


# --- Names


def misnamed_slices(slices: Iterable[SliceRoute]) -> list[str]:
    """The slices whose name or operationId is not the path of the file with the handler."""
    found: list[str] = []
    for route in slices:
        file = inspect.unwrap(route.endpoint).__module__.removeprefix("features.")
        if not route.name == route.operation_id == route.access_rule.name == file:
            names = f"name {route.name}, operationId {route.operation_id}, permission {route.access_rule.name}"
            found.append(f"{file} has the {names}; all are the file's path")
    return found


def undiscovered_slices(root: Path, slices: Iterable[SliceRoute]) -> list[str]:
    """The files that look like a slice and are none to discovery."""
    names = {route.name for route in slices}
    paths = [file for file in python_files(root, "features") if is_slice(file)]
    return [
        f"{shown(file, root)} has a decorated handler, and is not among the slices"
        for file in paths
        if ".".join(file.relative_to(root / "features").with_suffix("").parts) not in names
    ]


def bare_names(root: Path) -> list[str]:
    """The classes of slices that could be anyone's."""
    return [
        f"{shown(file, root)} has a class {name}; put its use case before: TransferEmployee{name}"
        for file in python_files(root, "features")
        if is_slice(file)
        for name in sorted(classes(file) & BARE_NAMES)
    ]


def colliding_schemas(document: dict[str, Any]) -> list[str]:
    """The schemas that two classes of one name fight for: FastAPI tells them apart by the paths of their modules."""
    return [
        f"{name} is one of two classes of that name; rename one of them"
        for name in document.get("components", {}).get("schemas", {})
        if name[0].islower()
    ]


def test_names_are_paths(slices, planted):
    """One name everywhere: whoever reads it in a permission, a log or a client's code knows which file to open."""
    assert misnamed_slices(slices) == []
    route = planted("shop.orders.send")
    route.operation_id = "sendOrder"
    assert misnamed_slices([planted("shop.orders.get"), route]) == [
        "shop.orders.send has the name shop.orders.send, operationId sendOrder, permission shop.orders.send; "
        "all are the file's path"
    ]


def test_every_slice_is_discovered(slices, planted, tmp_path):
    """The folder is the register: a file with a handler that nobody serves is a use case that somebody misses."""
    assert undiscovered_slices(ROOT, slices) == []
    plant(
        tmp_path, {f"features/shop/orders/{verb}.py": "@get()\nasync def use_case(): ..." for verb in ("get", "send")}
    )
    assert undiscovered_slices(tmp_path, [planted("shop.orders.get")]) == [
        "features/shop/orders/send.py has a decorated handler, and is not among the slices"
    ]


def test_classes_have_full_names(tmp_path):
    """OpenAPI has one name space: the second `Request` would rename the first one in every client."""
    assert bare_names(ROOT) == []
    plant(
        tmp_path,
        {
            "features/shop/orders/get.py": "@get()\nasync def use_case(): ...\nclass GetOrderRequest: ...",
            "features/shop/orders/send.py": "@get()\nasync def use_case(): ...\nclass Request: ...",
        },
    )
    assert bare_names(tmp_path) == [
        "features/shop/orders/send.py has a class Request; put its use case before: TransferEmployeeRequest"
    ]


def test_schemas_do_not_collide():
    """As above, between any two classes that reach OpenAPI, such as the records of two modules."""
    assert colliding_schemas(create_app().openapi()) == []
    app = FastAPI()
    for module, kind in (("shop", int), ("post", str)):
        app.get(f"/{module}", response_model=create_model("Note", __module__=f"planted.{module}", text=kind))(
            lambda: None
        )
    assert colliding_schemas(get_openapi(title="", version="", routes=app.routes)) == [
        "planted__post__Note is one of two classes of that name; rename one of them",
        "planted__shop__Note is one of two classes of that name; rename one of them",
    ]

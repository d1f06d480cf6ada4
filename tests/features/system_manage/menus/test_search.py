"""system_manage.menus.search"""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Button, Menu
from kernel.schema.types import to_millis
from tests.callers import Caller, as_snapshot
from tests.conftest import NOW, Counting, SignedIn
from tests.features.system_manage.trees import new_menu, walk

ALL = {"include_constant": True, "include_hidden": True, "include_business": True}
CONSTANT = {"login", "403", "404", "500"}
HIDDEN = {"user-center", "manage_dictionary", "manage_user-detail"}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """What matches, and what it stands below, with its buttons."""
    await new_menu("report", id=901)
    await new_menu("report_daily", id=902, parent_id=901)
    await new_menu("report_weekly", id=903, parent_id=901)
    await Button.create(button_code="B_REPORT_PRINT", button_desc="Print it", menu_id=902)
    answer = await (await signed_in("R_ADMIN")).call("system_manage.menus.search", menu_name="DAILY", size=1)
    assert as_snapshot(answer, events) == snapshot


async def test_a_soybean_client_begins_with_the_switches_off(signed_in: SignedIn) -> None:
    """What has a line in the menu, of the built-in modules and of the administrators' own."""
    await new_menu("ours", order=3)
    admin = await signed_in("R_ADMIN")
    shown = ["home", "ours", "manage", "manage_user", "manage_role", "manage_menu", "manage_api", "manage_radar"]
    for switches in ({}, {"includeConstant": False, "includeHidden": False, "includeBusiness": False}):
        assert await names(admin, **switches) == shown


@pytest.mark.parametrize(
    ("switch", "more"),
    [
        ("include_constant", CONSTANT),
        ("include_hidden", HIDDEN),
        ("include_business", {"hr", "hr_employee", "hr_department", "hr_tag", "hr_team", "hr_my-workspace"}),
    ],
)
async def test_each_switch_shows_more(switch: str, more: set[str], signed_in: SignedIn) -> None:
    """The pages before sign-in have no line in the menu, and are shown by the first switch alone."""
    admin = await signed_in("R_ADMIN")
    assert set(await names(admin, **{switch: True})) == {*await names(admin), *more}


async def test_all_switches_show_all(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert set(await names(admin, **ALL)) == {menu.route_name for menu in await Menu.all()}


async def test_what_is_shown_brings_what_it_stands_below(signed_in: SignedIn) -> None:
    """Though that would not be shown by itself: a page of the administrators' below a business page, below hidden ones."""
    team, detail = await Menu.get(route_name="hr_team"), await Menu.get(route_name="manage_user-detail")
    for number, parent in enumerate((team, detail)):
        await new_menu(f"ours{number}", parent_id=parent.id)
    assert await names(await signed_in("R_ADMIN"), menu_name="OUR") == [
        *("hr", "hr_team", "ours0"),
        *("manage", "manage_user-detail", "ours1"),
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"menu_name": "my t"}, ["hr", "hr_team"]),
        ({"route_name": "HR_T"}, ["hr", "hr_tag", "hr_team"]),
        ({"route_path": "/hr/my"}, ["hr", "hr_my-workspace"]),
        ({"menu_type": "1"}, ["hr", "manage"]),
        ({"menu_name": "%"}, []),
        ({"menu_name": "", "route_name": "hr_team", "menu_type": None}, ["hr", "hr_team"]),
        ({"status_type": "2"}, ["manage", "manage_radar"]),
    ],
)
async def test_filters(filters: dict[str, Any], expected: list[str], signed_in: SignedIn) -> None:
    assert await names(await signed_in("R_ADMIN"), **ALL, **filters) == expected


async def test_filter_by_time_of_creation(signed_in: SignedIn) -> None:
    yesterday = NOW - timedelta(days=1)
    await Menu.filter(route_name="hr_tag").update(created_at=yesterday)
    moment = to_millis(yesterday)
    times = {"created_at_start": moment, "created_at_end": moment}
    assert await names(await signed_in("R_ADMIN"), **ALL, **times) == ["hr", "hr_tag"]


async def test_pages_are_of_roots(signed_in: SignedIn) -> None:
    """Each with all that is below it; `total` is their number."""
    admin = await signed_in("R_ADMIN")
    roots = [menu.route_name for menu in await Menu.filter(parent_id=None).order_by("order", "id")]
    seen: list[str] = []
    for current in range(1, len(roots) // 3 + 2):
        data = (await admin.call("system_manage.menus.search", **ALL, size=3, current=current)).data
        assert (data["total"], data["current"], data["size"]) == (len(roots), current, 3)
        seen += [record["routeName"] for record in data["records"]]
    assert seen == roots
    beyond = await admin.call("system_manage.menus.search", **ALL, size=3, current=99)
    assert (beyond.data["records"], beyond.data["total"]) == ([], len(roots))


async def test_siblings_come_in_the_order_that_is_asked_for(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert await names(admin, order_by=["-routeName"]) == [
        *("manage", "manage_user", "manage_role", "manage_radar", "manage_menu", "manage_api"),
        "home",
    ]
    await Menu.filter(route_name__in=["manage_user", "manage_radar"]).update(order=-1)
    assert (await names(admin))[1:4] == ["manage", "manage_user", "manage_radar"]


@pytest.mark.parametrize("wrong", ["buttons", "children", "query", "roles", "password"])
async def test_an_order_that_there_is_not(wrong: str, signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_ADMIN")).call("system_manage.menus.search", order_by=[wrong])
    assert (answer.code, answer.wrong_fields) == ("1200", ["orderBy"])


@pytest.mark.parametrize("field", ["routeParam", "props", "createdAt", "keepAlive", "parentId", "statusType"])
async def test_an_order_by_any_column(field: str, signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_ADMIN")).call("system_manage.menus.search", order_by=[field])
    assert answer.code == "0000"


async def test_it_costs_four_statements_whatever_there_is(signed_in: SignedIn, counting: Counting) -> None:
    """How many there are, all, those that match, their buttons."""
    admin = await signed_in("R_ADMIN")
    await admin.warm()
    for number in range(2):
        for child in range(20):
            await new_menu(f"page_{number}_{child}")
        await admin.call("auth.user_info")
        with counting() as cost:
            await admin.call("system_manage.menus.search", **ALL)
        assert len(cost.statements) == 4


async def names(caller: Caller, **query: object) -> list[str]:
    """The route names of all that is found, parents before their children."""
    answer = await caller.call("system_manage.menus.search", **{"size": 1000, **query})
    return [record["routeName"] for record in walk(answer.data["records"])]

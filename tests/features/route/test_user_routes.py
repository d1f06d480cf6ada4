"""route.user_routes"""

from collections.abc import Iterator
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Menu, Role, User
from tests.callers import Caller, as_snapshot
from tests.conftest import Counting, SignedIn


async def routes_of(caller: Caller) -> list[dict[str, Any]]:
    """Every route, parents before their children."""
    return list(walk((await caller.call("route.user_routes")).data["routes"]))


async def names_of(caller: Caller) -> list[str]:
    return [route["name"] for route in await routes_of(caller)]


async def home_of(caller: Caller) -> str:
    return (await caller.call("route.user_routes")).data["home"]


def walk(routes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for route in routes:
        yield route
        yield from walk(route.get("children", []))


async def role(code: str) -> Role:
    return await Role.get(role_code=code)


async def menu(name: str) -> Menu:
    return await Menu.get(route_name=name)


async def disable(name: str) -> None:
    await Menu.filter(route_name=name).update(status_type=Status.DISABLED)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    assert as_snapshot(await wangwei.call("route.user_routes"), events) == snapshot


async def test_a_super_admin_sees_everything_but_the_constant_ones(signed_in: SignedIn) -> None:
    seen = await names_of(await signed_in("R_SUPER"))
    enabled = await Menu.filter(constant=False, status_type=Status.ENABLED)
    assert sorted(seen) == sorted([each.route_name for each in enabled])
    assert "manage_radar" not in seen


@pytest.mark.parametrize("who", ["R_SUPER", "R_HR_MANAGER"])
async def test_constant_routes_are_not_among_them(signed_in: SignedIn, who: str) -> None:
    await (await role("R_HR_MANAGER")).menus.add(await menu("403"))
    assert not {"login", "403", "404", "500"} & set(await names_of(await signed_in(who)))


async def test_names_paths_and_components_follow_one_another(signed_in: SignedIn) -> None:
    """As the front end names its pages, for every one that is seeded."""
    routes = {route["name"]: route for route in await routes_of(await signed_in("R_SUPER"))}
    for name, route in routes.items():
        assert route["meta"]["i18nKey"] == f"route.{name}"
        assert route["path"].partition("/:")[0] == "/" + name.replace("_", "/")
        assert route["meta"]["icon"].startswith("mdi:")
    assert routes["home"]["component"] == "layout.base$view.home"
    assert routes["user-center"]["component"] == "layout.base$view.user-center"
    assert routes["manage"]["component"] == "layout.base"
    assert routes["manage_user"]["component"] == "view.manage_user"
    assert routes["manage_user-detail"]["path"] == "/manage/user-detail/:id"
    assert {name for name, route in routes.items() if route["meta"]["hideInMenu"]} == {
        "user-center",
        "manage_user-detail",
        "manage_dictionary",
    }


async def test_the_ancestors_of_a_granted_menu_are_included(signed_in: SignedIn) -> None:
    await (await role("R_EMPLOYEE")).menus.remove(await menu("hr"))
    (hr,) = [route for route in await routes_of(await signed_in("R_EMPLOYEE")) if route["name"] == "hr"]
    assert [child["name"] for child in hr["children"]] == ["hr_my-workspace"]


async def test_the_siblings_of_a_granted_menu_are_not(signed_in: SignedIn) -> None:
    assert await names_of(await signed_in("R_EMPLOYEE")) == ["home", "hr", "hr_my-workspace", "user-center"]


@pytest.mark.parametrize("who", ["R_SUPER", "R_HR_MANAGER"])
async def test_a_disabled_menu_is_left_out(signed_in: SignedIn, who: str) -> None:
    await disable("hr_tag")
    seen = await names_of(await signed_in(who))
    assert "hr_tag" not in seen
    assert {"hr", "hr_employee"} <= set(seen)


@pytest.mark.parametrize("who", ["R_SUPER", "R_HR_MANAGER"])
async def test_what_stands_below_a_disabled_menu_is_left_out(signed_in: SignedIn, who: str) -> None:
    await disable("hr")
    assert not [name for name in await names_of(await signed_in(who)) if name.startswith("hr")]


async def test_siblings_come_in_their_order(signed_in: SignedIn) -> None:
    await Menu.filter(route_name="hr_my-workspace").update(order=-1)
    await Menu.filter(route_name="hr").update(order=0)
    seen = await names_of(await signed_in("R_HR_MANAGER"))
    assert seen == ["hr", "hr_my-workspace", "hr_employee", "hr_department", "hr_tag", "hr_team", "home", "user-center"]


async def test_the_menus_of_all_roles_come_together(signed_in: SignedIn) -> None:
    user = await User.get(user_name="Admin")
    await user.roles.add(await role("R_EMPLOYEE"))
    seen = await names_of(await signed_in("Admin"))
    assert {"manage_user", "hr_my-workspace"} <= set(seen)
    assert len(seen) == len(set(seen))


async def test_a_disabled_role_grants_nothing(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_HR_MANAGER").update(status_type=Status.DISABLED)
    assert "hr_tag" not in await names_of(await signed_in("hanmei"))


@pytest.mark.parametrize("who", ["Soybean", "hanmei", "User"])
async def test_while_a_password_change_is_due_there_is_one_page(signed_in: SignedIn, who: str) -> None:
    """A client that knows nothing of 2107 lands where the password is changed."""
    await User.filter(user_name=who).update(must_change_password=True)
    caller = await signed_in(who)
    answer = await caller.call("route.user_routes")
    assert ([route["name"] for route in answer.data["routes"]], answer.data["home"]) == (["user-center"], "user-center")
    assert (await caller.call("route.exists", name="home")).data is True


async def test_an_entry_that_is_no_page_says_where_it_leads(signed_in: SignedIn) -> None:
    await Menu.filter(route_name="manage_radar").update(status_type=Status.ENABLED)
    routes = {route["name"]: route for route in await routes_of(await signed_in("R_ADMIN"))}
    assert routes["manage_radar"]["meta"]["href"] == "/radar"


async def test_a_user_without_roles_sees_nothing(signed_in: SignedIn) -> None:
    await (await User.get(user_name="User")).roles.clear()
    user = await signed_in("R_USER")
    assert (await user.call("route.user_routes")).data["routes"] == []


async def test_home_is_the_one_of_the_role(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_EMPLOYEE").update(home_id=(await menu("hr_my-workspace")).id)
    assert await home_of(await signed_in("R_EMPLOYEE")) == "hr_my-workspace"


async def test_a_home_that_the_user_may_not_see_is_none(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_EMPLOYEE").update(home_id=(await menu("manage_user")).id)
    assert await home_of(await signed_in("R_EMPLOYEE")) == "home"


async def test_of_several_homes_the_first_to_be_seen_is_taken(signed_in: SignedIn) -> None:
    """hanmei's roles, from the oldest: R_HR_MANAGER, R_DEPT_MGR, R_EMPLOYEE."""
    for code, home in {"R_HR_MANAGER": "hr_tag", "R_DEPT_MGR": "hr_team", "R_EMPLOYEE": "hr_my-workspace"}.items():
        await Role.filter(role_code=code).update(home_id=(await menu(home)).id)
    await disable("hr_tag")
    assert await home_of(await signed_in("hanmei")) == "hr_team"


async def test_it_costs_three_statements(signed_in: SignedIn, counting: Counting) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    with counting() as cost:
        await hanmei.call("route.user_routes")
    assert len(cost.statements) == 3


async def test_home_is_a_page_that_one_may_see(signed_in: SignedIn) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    assert await home_of(wangwei) == "home"
    await disable("home")
    assert await home_of(wangwei) == "hr_my-workspace"

"""system_manage.menus.tree"""

from typing import Any

from syrupy.assertion import SnapshotAssertion

from kernel import Status, public_id
from kernel.identity.models import Api, Menu, MenuType, Role
from tests.callers import Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import delete_all_menus, new_menu, walk


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """A catalog with a page that is not in the menu and one that is disabled; and a page that everybody sees."""
    await delete_all_menus()
    rows: list[dict[str, Any]] = [
        {"id": 901, "name": "report", "menu_type": MenuType.CATALOG},
        {"id": 902, "name": "report_daily", "parent_id": 901, "order": 2, "hide_in_menu": True},
        {"id": 903, "name": "report_weekly", "parent_id": 901, "order": 1, "status_type": Status.DISABLED},
        {"id": 904, "name": "login", "constant": True, "hide_in_menu": True},
    ]
    for row in rows:
        await new_menu(**row)
    answer = await (await signed_in("R_SUPER")).call("system_manage.menus.tree")
    assert as_snapshot(answer, events) == snapshot


async def test_all_are_there_once_and_can_be_granted(signed_in: SignedIn) -> None:
    nodes = await nodes_of(await signed_in("R_ADMIN"))
    assert {node["resourceId"] for node in nodes} == {public_id(Menu, menu.id) for menu in await Menu.all()}
    assert len({node["key"] for node in nodes}) == len(nodes)
    forbidden = {node["routeName"] for node in nodes if node.get("disabled")}
    assert forbidden == {"login", "403", "404", "500"}


async def test_what_one_does_not_hold_one_cannot_grant(signed_in: SignedIn) -> None:
    """A super administrator aside."""
    role = await Role.get(role_code="R_EMPLOYEE")
    await role.apis.add(await Api.get(route_key="system_manage.menus.tree"))
    nodes = await nodes_of(await signed_in("R_EMPLOYEE"))
    reasons = {node["routeName"]: node["meta"]["reason"] for node in nodes if node.get("disabled")}
    free = {node["routeName"] for node in nodes} - reasons.keys()
    assert free == {menu.route_name for menu in await Menu.filter(roles__role_code="R_EMPLOYEE")}
    assert reasons["hr_tag"] == "You do not hold this yourself."
    soybean = await nodes_of(await signed_in("R_SUPER"))
    assert {node["routeName"] for node in soybean if node.get("disabled")} == {"login", "403", "404", "500"}


async def nodes_of(caller: Caller) -> list[dict[str, Any]]:
    return list(walk((await caller.call("system_manage.menus.tree")).data))

"""system_manage.menus.buttons_tree"""

from typing import Any

from syrupy.assertion import SnapshotAssertion

from kernel import public_id
from kernel.identity.models import Api, Button, Role
from tests.callers import Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import delete_all_menus, new_menu, walk


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """Pages with buttons, and those that they stand below; the rest is left out."""
    await delete_all_menus()
    places = {"report": (901, None), "report_daily": (902, 901), "report_weekly": (903, 901), "other": (904, None)}
    for name, (menu_id, parent_id) in places.items():
        await new_menu(name, id=menu_id, parent_id=parent_id)
    for button_id, code, desc, menu_id in [
        (91, "B_COPY", "Copy it", 901),
        (92, "B_PRINT", "", 902),
        (93, "B_X", "X", 902),
    ]:
        await Button.create(id=button_id, button_code=code, button_desc=desc, menu_id=menu_id)
    answer = await (await signed_in("R_SUPER")).call("system_manage.menus.buttons_tree")
    assert as_snapshot(answer, events) == snapshot


async def test_all_are_there_once_and_can_be_granted(signed_in: SignedIn) -> None:
    nodes = await nodes_of(await signed_in("R_ADMIN"))
    granted = [node["resourceId"] for node in nodes if node["resourceId"]]
    assert sorted(granted) == sorted(public_id(Button, button.id) for button in await Button.all())
    assert len({node["key"] for node in nodes}) == len(nodes)
    assert not any(node.get("disabled") for node in nodes)


async def test_what_one_does_not_hold_one_cannot_grant(signed_in: SignedIn) -> None:
    role = await Role.get(role_code="R_HR_SPECIALIST")
    await role.apis.add(await Api.get(route_key="system_manage.menus.buttons_tree"))
    nodes = await nodes_of(await signed_in("R_HR_SPECIALIST"))
    free = {node["resourceId"] for node in nodes if node["resourceId"] and not node.get("disabled")}
    held = await Button.filter(roles__role_code__in=["R_HR_SPECIALIST", "R_EMPLOYEE"]).distinct()
    assert free == {public_id(Button, button.id) for button in held}
    assert {node["meta"]["reason"] for node in nodes if node.get("disabled")} == {"You do not hold this yourself."}


async def nodes_of(caller: Caller) -> list[dict[str, Any]]:
    return list(walk((await caller.call("system_manage.menus.buttons_tree")).data))

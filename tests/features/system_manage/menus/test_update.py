"""system_manage.menus.update"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import clock
from kernel.identity.models import Button, Menu, MenuType, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, SignedIn
from tests.features.system_manage.trees import new_menu
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """As a form sends it: all fields, most of them as they were, and what else the record has."""
    admin = await signed_in("R_ADMIN")
    record = (await admin.call("system_manage.menus.get", menu_id=(await menu("hr_tag")).id)).data
    changes: dict[str, Any] = {"menuName": "Labels", "order": 9, "icon": "mdi:label", "keepAlive": True, "props": True}
    changes |= {"routeParam": [{"key": "a", "value": "b"}], "parent_id": (await menu("manage")).id}
    del record["parentId"]
    answer = await update(admin, "hr_tag", **record | changes, byMenuButtons=[{"buttonCode": "B_LABEL"}])
    assert as_snapshot(answer, events) == snapshot
    changed = await Menu.get(route_name="hr_tag").select_related("parent")
    assert changed.parent
    assert (changed.menu_name, changed.order, changed.icon) == ("Labels", 9, "mdi:label")
    assert (changed.keep_alive, changed.props, changed.query) == (True, True, [{"key": "a", "value": "b"}])
    assert (changed.parent.route_name, changed.route_path, changed.menu_type) == ("manage", "/hr/tag", MenuType.MENU)
    assert await codes("hr_tag") == ["B_LABEL"]


async def test_changes_only_what_is_sent(signed_in: SignedIn) -> None:
    admin, later = await signed_in("R_ADMIN"), NOW + timedelta(hours=1)
    (before,) = await Menu.filter(route_name="hr_tag").values()
    buttons = await codes("hr_employee")
    with clock.frozen(later):
        assert (await update(admin, "hr_tag", menu_name="Labels")).code == "0000"
        assert (await update(admin, "hr_employee", byMenuButtons=None)).code == "0000"
    (after,) = await Menu.filter(route_name="hr_tag").values()
    assert after == before | {"menu_name": "Labels", "updated_by": "Admin", "updated_at": later}
    assert await codes("hr_employee") == buttons


async def test_nothing_sent_changes_nothing(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await update(admin, "hr_tag")).code == "0000"


async def test_null_clears(signed_in: SignedIn) -> None:
    await Menu.filter(route_name="hr_tag").update(query=[{"key": "a", "value": "b"}], props=True, href="/x")
    cleared = {"routeParam": None, "props": None, "href": "", "icon": None, "parentId": 0}
    assert (await update(await signed_in("R_ADMIN"), "hr_tag", **cleared)).code == "0000"
    changed = await menu("hr_tag")
    assert (changed.query, changed.props, changed.href, changed.icon, changed.parent_id) == (None,) * 5


# --- buttons


async def test_a_button_that_goes_is_taken_from_all_who_held_it(signed_in: SignedIn) -> None:
    """On their next request. One that stays, though described otherwise, is theirs as before."""
    admin, hanmei = await signed_in("R_ADMIN"), await signed_in("R_HR_MANAGER")
    assert (await transfer(hanmei)).code == "0000"
    stay = [each for each in await codes("hr_employee") if each != "B_HR_EMP_TRANSFER"]
    buttons = [{"buttonCode": code, "buttonDesc": "Described anew"} for code in stay]
    assert (await update(admin, "hr_employee", byMenuButtons=buttons)).code == "0000"
    assert (await transfer(hanmei)).code == "2202"
    held = (await hanmei.call("auth.user_info")).data["buttons"]
    assert set(stay) <= set(held)
    assert "B_HR_EMP_TRANSFER" not in held
    described = await Button.filter(menu__route_name="hr_employee").values_list("button_desc", flat=True)
    assert set(described) == {"Described anew"}


async def test_a_renamed_button_is_another_one(signed_in: SignedIn) -> None:
    tag = await menu("hr_tag")
    button = await Button.create(button_code="B_OLD", button_desc="", menu_id=tag.id)
    await (await Role.get(role_code="R_USER")).buttons.add(button)
    admin, user = await signed_in("R_ADMIN"), await signed_in("R_USER")
    assert (await user.call("auth.user_info")).data["buttons"] == ["B_OLD"]
    assert (await update(admin, "hr_tag", byMenuButtons=[{"buttonCode": "B_NEW"}])).code == "0000"
    assert (await user.call("auth.user_info")).data["buttons"] == []
    assert "B_NEW" in (await admin.call("auth.user_info")).data["buttons"]


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([{"buttonCode": "B_HR_DEPT_CREATE"}], "2300"),
        ([{"buttonCode": "B_NEW"}, {"buttonCode": "B_NEW"}], "1200"),
        ([{"buttonCode": "B_HR_EMP_ONBOARD"}], "2206"),
    ],
)
async def test_buttons_that_are_refused(buttons: list[dict[str, str]], code: str, signed_in: SignedIn) -> None:
    """One of another page, one twice, one that was deleted and that a use case asks for; and the name is not changed either."""
    await Button.filter(button_code="B_HR_EMP_ONBOARD").delete()
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await update(admin, "hr_tag", menu_name="Labels", byMenuButtons=buttons)).code == code


async def test_a_super_administrator_moves_a_button_by_taking_it_off_one_page_first(signed_in: SignedIn) -> None:
    soybean, hanmei = await signed_in("R_SUPER"), await signed_in("R_HR_MANAGER")
    rest = [{"buttonCode": code} for code in await codes("hr_employee") if code != "B_HR_EMP_TRANSFER"]
    assert (await update(soybean, "hr_employee", byMenuButtons=rest)).code == "0000"
    assert (await update(soybean, "hr_team", byMenuButtons=[{"buttonCode": "B_HR_EMP_TRANSFER"}])).code == "0000"
    assert (await transfer(hanmei)).code == "0000"


# --- routes and places


@pytest.mark.parametrize(("field", "code"), [("route_name", "2607"), ("route_path", "2608")])
async def test_a_route_is_not_taken_away(field: str, code: str, signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        for nothing in ("", None):
            assert (await update(admin, "hr_tag", **{field: nothing}, menu_name="Labels")).code == code


async def test_a_name_or_a_path_that_is_taken(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await update(admin, "hr_tag", route_name="hr_team")).code == "2305"
        assert (await update(admin, "hr_tag", route_path="/hr/team")).code == "2305"
    assert (await update(admin, "hr_tag", route_name="hr_tag", route_path="/hr/tag")).code == "0000"


@pytest.mark.parametrize("parent", ["hr", "hr_team", "below"])
async def test_never_below_itself(parent: str, signed_in: SignedIn) -> None:
    team = await menu("hr_team")
    await new_menu("below", parent_id=team.id)
    admin, parent_id = await signed_in("R_ADMIN"), (await menu(parent)).id
    async with unchanged():
        answer = await update(admin, "hr", parent_id=parent_id)
    assert (answer.code, answer.wrong_fields) == ("1200", ["parentId"])


async def test_two_moves_at_once_close_no_cycle(signed_in: SignedIn) -> None:
    admin, tag, team, top = await signed_in("R_ADMIN"), *[await menu(name) for name in ("hr_tag", "hr_team", "hr")]
    for _ in range(3):
        answers = await asyncio.gather(
            update(admin, "hr_tag", parent_id=team.id), update(admin, "hr_team", parent_id=tag.id)
        )
        assert sorted([answer.code for answer in answers]) == ["0000", "1200"]
        await Menu.filter(id__in=[tag.id, team.id]).update(parent_id=top.id)


async def test_of_no_row_or_below_none(signed_in: SignedIn) -> None:
    admin, hr = await signed_in("R_ADMIN"), await menu("hr")
    async with unchanged():
        for parent_id in (None, hr.id):
            answer = await admin.call("system_manage.menus.update", menu_id=999_999, parent_id=parent_id, order=1)
            assert answer.code == "1101"
        assert (await update(admin, "hr_tag", parent_id=999_999)).code == "1101"


async def test_wrong_values(signed_in: SignedIn) -> None:
    """What cannot be null, and what is none of a menu's; the rest is read as for a new menu."""
    admin = await signed_in("R_ADMIN")
    never_null = [
        "menuType",
        "menuName",
        "iconType",
        "order",
        "keepAlive",
        "constant",
        "hideInMenu",
        "multiTab",
        "statusType",
    ]
    async with unchanged():
        answer = await update(admin, "hr_tag", **dict.fromkeys(never_null), href="/new")
        assert (answer.code, answer.wrong_fields) == ("1200", never_null)
        assert (await update(admin, "hr_tag", id="x", createdBy="x", roles=["R_USER"])).code == "0000"


async def update(caller: Caller, name: str, /, **changes: object) -> Answer:
    return await caller.call("system_manage.menus.update", menu_id=(await menu(name)).id, **changes)


async def transfer(caller: Caller) -> Answer:
    wang, sales = await Employee.get(name="Wang Wei"), await Department.get(code="SA")
    return await caller.call("hr.employees.transfer", employee_id=wang.id, department_id=sales.id)


async def menu(name: str) -> Menu:
    return await Menu.get(route_name=name)


async def codes(name: str) -> list[str]:
    buttons = await Button.filter(menu__route_name=name).order_by("id")
    return [button.button_code for button in buttons]

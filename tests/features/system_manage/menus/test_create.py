"""system_manage.menus.create"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Button, Menu, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import new_menu
from tests.state import unchanged

NEW: dict[str, Any] = {"menuType": "2", "menuName": "Reports", "routeName": "report", "routePath": "/report"}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    manage = await Menu.get(route_name="manage")
    fields: dict[str, Any] = {
        "routePath": "/report/:id",
        "pathParam": "id",
        "component": "layout.base$view.report",
        "icon": "report",
        "iconType": "2",
        "order": 7,
        "i18nKey": "route.report",
        "keepAlive": True,
        "constant": False,
        "href": "https://reports.example/all?a=1#top",
        "hideInMenu": True,
        "activeMenu": "manage_menu",
        "multiTab": True,
        "fixedIndexInTab": 2,
        "redirect": "/report/1",
        "props": {"wide": "yes"},
        "statusType": "2",
    }
    more = {"routeParam": [{"key": "lang", "value": "en"}, {"key": "all"}], "parent_id": manage.id}
    buttons = [{"buttonCode": "B_REPORT_PRINT", "buttonDesc": "Print it"}, {"buttonCode": "B_REPORT_SEND"}]
    answer = await create(await signed_in("R_ADMIN"), **fields, **more, byMenuButtons=buttons)
    assert as_snapshot(answer, events) == snapshot
    menu = await Menu.get(route_name="report")
    assert (menu.menu_name, menu.route_path, menu.path_param) == ("Reports", "/report/:id", "id")
    assert (menu.component, menu.icon, menu.icon_type) == ("layout.base$view.report", "report", "2")
    assert (menu.order, menu.i18n_key, menu.keep_alive, menu.constant) == (7, "route.report", True, False)
    assert (menu.href, menu.hide_in_menu, menu.active_menu) == (fields["href"], True, "manage_menu")
    assert (menu.multi_tab, menu.fixed_index_in_tab, menu.redirect) == (True, 2, "/report/1")
    assert (menu.props, menu.status_type, menu.parent_id) == ({"wide": "yes"}, "2", manage.id)
    assert menu.query == [{"key": "lang", "value": "en"}, {"key": "all", "value": ""}]
    made = await Button.filter(menu_id=menu.id).order_by("id")
    assert [(each.button_code, each.button_desc) for each in made] == [
        ("B_REPORT_PRINT", "Print it"),
        ("B_REPORT_SEND", ""),
    ]


@pytest.mark.parametrize("root", [None, 0, "0", ""], ids=repr)
async def test_as_an_empty_form_sends_it(root: object, signed_in: SignedIn) -> None:
    """Empty texts and nulls where nothing was filled in."""
    empty = dict.fromkeys(["component", "icon", "i18nKey", "href", "activeMenu", "redirect", "pathParam"], "")
    nulls = dict.fromkeys(["order", "fixedIndexInTab", "routeParam", "byMenuButtons", "props", "keepAlive"])
    assert (await create(await signed_in("R_ADMIN"), **empty, **nulls, parentId=root)).code == "0000"
    menu = await Menu.get(route_name="report")
    assert (menu.parent_id, menu.component, menu.order, menu.query, menu.keep_alive) == (None, None, 0, None, False)
    assert await Button.filter(menu_id=menu.id).count() == 0


@pytest.mark.parametrize(("field", "code"), [("routeName", "2607"), ("routePath", "2608")])
async def test_what_a_route_needs_has_a_code(field: str, code: str, signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    left_out = {name: value for name, value in NEW.items() if name != field}
    async with unchanged():
        for body in (left_out, NEW | {field: None}, NEW | {field: ""}):
            assert (await admin.call("system_manage.menus.create", **body)).code == code


async def test_a_name_that_is_taken(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await create(admin, routeName="hr_tag")).code == "2305"


async def test_a_path_that_is_taken(signed_in: SignedIn) -> None:
    """The router would never come to the second one."""
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, routePath="/hr/tag")
    assert (answer.code, answer.body["msg"]) == ("2305", "Tags (hr_tag) has this path already.")


async def test_a_button_that_stands_on_another_page(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, byMenuButtons=[{"buttonCode": "B_HR_EMP_TRANSFER"}])
    message = "The button B_HR_EMP_TRANSFER stands on the page Employees (hr_employee) already."
    assert (answer.code, answer.body["msg"]) == ("2300", message)


async def test_a_button_that_is_named_twice(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, byMenuButtons=[{"buttonCode": "B_X"}, {"buttonCode": "B_X"}])
    assert (answer.code, answer.wrong_fields) == ("1200", ["byMenuButtons"])


async def test_only_a_super_administrator_brings_a_button_back_that_a_use_case_asks_for(signed_in: SignedIn) -> None:
    """Whoever may create menus would give roles more than they hold themselves."""
    admin, buttons = await signed_in("R_ADMIN"), [{"buttonCode": "B_HR_EMP_TRANSFER"}]
    await Button.filter(button_code="B_HR_EMP_TRANSFER").delete()
    async with unchanged():
        answer = await create(admin, byMenuButtons=buttons)
    message = (
        "hr.employees.transfer asks for the button B_HR_EMP_TRANSFER; only a super administrator may bring it back."
    )
    assert (answer.code, answer.body["msg"]) == ("2206", message)
    assert (await create(await signed_in("R_SUPER"), byMenuButtons=buttons)).code == "0000"
    assert await holders(Button, button_code="B_HR_EMP_TRANSFER") == {"R_ADMIN", "R_HR_MANAGER", "R_HR_SPECIALIST"}


async def test_it_is_held_by_the_roles_that_declare_it(signed_in: SignedIn) -> None:
    """R_ADMIN holds all there is; a page that is called as a declared one that was deleted is that one again."""
    admin = await signed_in("R_ADMIN")
    assert (await create(admin, byMenuButtons=[{"buttonCode": "B_HR_NEW"}])).code == "0000"
    assert await holders(Menu, route_name="report") == {"R_ADMIN"}
    assert await holders(Button, button_code="B_HR_NEW") == {"R_ADMIN", "R_HR_MANAGER"}
    await Menu.filter(route_name="hr_tag").delete()
    assert (await create(admin, routeName="hr_tag", routePath="/hr/tag")).code == "0000"
    assert await holders(Menu, route_name="hr_tag") == {"R_ADMIN", "R_HR_MANAGER", "R_HR_SPECIALIST"}


async def test_a_declared_role_that_was_deleted_holds_nothing(signed_in: SignedIn) -> None:
    await Role.filter(role_code__in=["R_HR_MANAGER", "R_HR_SPECIALIST"]).delete()
    assert (await create(await signed_in("R_ADMIN"), byMenuButtons=[{"buttonCode": "B_HR_NEW"}])).code == "0000"
    assert await holders(Button, button_code="B_HR_NEW") == {"R_ADMIN"}


async def test_its_buttons_are_held_on_the_next_request(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    before = (await admin.call("auth.user_info")).data["buttons"]
    assert (await create(admin, byMenuButtons=[{"buttonCode": "B_NEW"}])).code == "0000"
    assert (await admin.call("auth.user_info")).data["buttons"] == sorted([*before, "B_NEW"])


async def test_below_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await create(admin, parent_id=999_999)).code == "1101"


async def test_too_deep(signed_in: SignedIn) -> None:
    admin, parent = await signed_in("R_ADMIN"), await Menu.get(route_name="hr")
    for level in range(2, 33):
        parent = await new_menu(f"level{level}", parent_id=parent.id)
    async with unchanged():
        answer = await create(admin, parent_id=parent.id)
    assert (answer.code, answer.wrong_fields) == ("1200", ["parentId"])


async def test_wrong_values(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    wrong: dict[str, Any] = {
        "parentId": 3,
        "routeName": "a name",
        "routePath": "report",
        "pathParam": "an id",
        "component": "view report",
        "icon": "i" * 101,
        "i18nKey": "\u202e",
        "href": "javascript:alert(1)",
        "activeMenu": "\n",
        "fixedIndexInTab": 2**31,
        "routeParam": [{"value": "en"}],
        "redirect": "//\u2028",
        "props": {"a": 1},
        "byMenuButtons": [{"buttonCode": ""}],
        "menuType": "3",
        "menuName": " ",
        "iconType": "0",
        "order": "first",
        "keepAlive": "perhaps",
        "constant": 2,
        "hideInMenu": [],
        "multiTab": {},
        "statusType": "3",
    }
    async with unchanged():
        answer = await create(admin, **wrong)
    assert answer.code == "1200"
    assert list(dict.fromkeys(field.partition(".")[0] for field in answer.wrong_fields)) == list(wrong)


@pytest.mark.parametrize("href", ["JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "ftp://x", "x"])
async def test_a_link_leads_to_a_page(href: str, signed_in: SignedIn) -> None:
    """Whoever clicks on it may be a super administrator."""
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, href=href)
    assert (answer.code, answer.wrong_fields) == ("1200", ["href"])


async def test_of_many_at_once_with_one_name_one_is_created(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answers = await asyncio.gather(*(create(admin, routePath=f"/report/{number}") for number in range(8)))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2305"] * 7


async def test_of_many_at_once_with_one_path_or_one_button_one_is_created(signed_in: SignedIn) -> None:
    """Each looks whether another one has it, and they look one after the other."""
    admin = await signed_in("R_ADMIN")
    answers = await asyncio.gather(*(create(admin, routeName=f"report{number}") for number in range(8)))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2305"] * 7
    button = [{"buttonCode": "B_NEW"}]
    answers = await asyncio.gather(
        *(create(admin, routeName=f"r{n}", routePath=f"/r{n}", byMenuButtons=button) for n in range(8))
    )
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2300"] * 7


async def create(caller: Caller, **changes: object) -> Answer:
    return await caller.call("system_manage.menus.create", **NEW | changes)


async def holders(table: type[Menu | Button], **row: str) -> set[str]:
    """The roles that hold the menu or the button."""
    rows = await table.filter(**row).prefetch_related("roles")
    return {role.role_code for each in rows for role in each.roles}  # pyright: ignore[reportAttributeAccessIssue]  the other side of a relation

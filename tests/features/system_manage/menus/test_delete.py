"""system_manage.menus.delete"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel import transaction
from kernel.identity.models import Button, Menu, Role
from kernel.slices.discovery import discover
from kernel.startup.sync_permissions import sync_permissions
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import new_menu
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """Its buttons go along, and whatever roles had of it: their grants, and their home."""
    admin, user, page = await signed_in("R_ADMIN"), await Role.get(role_code="R_USER"), await new_menu("page")
    button = await Button.create(button_code="B_PAGE", button_desc="", menu_id=page.id)
    await user.menus.add(page)
    await user.buttons.add(button)
    await Role.filter(id=user.id).update(home_id=page.id)
    assert as_snapshot(await delete(admin, page), events) == snapshot
    assert not await Menu.exists(id=page.id)
    assert not await Button.exists(button_code="B_PAGE")
    assert (await Role.get(role_code="R_USER")).home_id is None
    assert [menu.route_name for menu in await user.menus.all().order_by("id")] == ["home", "user-center"]
    assert await user.buttons.all() == []


async def test_the_use_case_of_its_button_is_closed_from_the_next_request_on(signed_in: SignedIn) -> None:
    """To all but super administrators: nobody else holds what it asks for."""
    admin, hanmei, soybean = [await signed_in(role) for role in ("R_ADMIN", "R_HR_MANAGER", "R_SUPER")]
    department = await Department.get(code="SA")
    assert (await rename(hanmei, department)).code == "0000"
    assert (await delete(admin, await Menu.get(route_name="hr_department"))).code == "0000"
    assert (await rename(hanmei, department)).code == "2202"
    assert (await rename(soybean, department)).code == "0000"


async def test_a_declared_one_stays_deleted_at_the_next_start(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    for name in ("hr_department", "hr_tag"):
        assert (await delete(admin, await Menu.get(route_name=name))).code == "0000"
    async with unchanged(), transaction(__name__):
        await sync_permissions(discover())
    assert await Menu.filter(route_name__in=["hr_department", "hr_tag"]).count() == 0


async def test_one_that_others_stand_below(signed_in: SignedIn) -> None:
    admin, catalog = await signed_in("R_ADMIN"), await new_menu("catalog")
    await new_menu("page", parent_id=catalog.id)
    async with unchanged():
        answer = await delete(admin, catalog)
    assert (answer.code, answer.body["msg"]) == (
        "2307",
        "It is page stands below It is catalog; move or delete it first.",
    )


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await admin.call("system_manage.menus.delete", menu_id=999_999)).code == "1101"


async def test_twice_at_once(signed_in: SignedIn) -> None:
    admin, page = await signed_in("R_ADMIN"), await new_menu("page")
    answers = await asyncio.gather(delete(admin, page), delete(admin, page))
    assert sorted([answer.code for answer in answers]) == ["0000", "1101"]


async def test_while_another_is_put_below_it(signed_in: SignedIn) -> None:
    """Whoever comes first: none stands below a menu that is gone."""
    admin = await signed_in("R_ADMIN")
    for number in range(4):
        catalog = await new_menu(f"catalog{number}")
        below = {"menuType": "2", "menuName": "Below", "routeName": f"below{number}", "routePath": f"/below{number}"}
        answers = await asyncio.gather(
            delete(admin, catalog), admin.call("system_manage.menus.create", **below, parent_id=catalog.id)
        )
        assert [answer.code for answer in answers] in (["0000", "1101"], ["2307", "0000"])


async def test_a_parent_and_its_child_at_once(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    for number in range(4):
        catalog = await new_menu(f"catalog{number}")
        page = await new_menu(f"page{number}", parent_id=catalog.id)
        answers = await asyncio.gather(delete(admin, catalog), delete(admin, page))
        assert [answer.code for answer in answers] in (["2307", "0000"], ["0000", "0000"])
        assert await Menu.filter(id__in=[catalog.id, page.id]).count() == (1 if answers[0].code == "2307" else 0)


async def test_while_a_role_is_given_it(signed_in: SignedIn) -> None:
    """As its home, too. Whoever comes first: no role holds a menu that is gone, and neither waits for the other."""
    soybean, role = await signed_in("R_SUPER"), await Role.get(role_code="R_USER")
    for number in range(4):
        page = await new_menu(f"page{number}")
        given = {"by_role_menu_ids": [page.id], "by_role_home_id": page.id}
        answers = await asyncio.gather(
            delete(soybean, page), soybean.call("system_manage.roles.set_menus", role_id=role.id, **given)
        )
        assert [answer.code for answer in answers] in (["0000", "1101"], ["0000", "0000"])
        await role.refresh_from_db()
        assert role.home_id != page.id
        assert not await role.menus.filter(id=page.id).exists()


async def delete(caller: Caller, menu: Menu) -> Answer:
    return await caller.call("system_manage.menus.delete", menu_id=menu.id)


async def rename(caller: Caller, department: Department) -> Answer:
    return await caller.call("hr.departments.update", department_id=department.id, name="Sellers")

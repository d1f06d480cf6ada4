"""system_manage.roles.set_menus"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Api, Menu, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import page
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """What is not named is taken away."""
    soybean, role = await signed_in("R_SUPER"), await auditors("home", "manage")
    pages = [(await page(number)).id for number in (2, 1)]
    answer = await set_menus(soybean, role, by_role_menu_ids=[*pages, pages[0]], by_role_home_id=pages[0])
    found = await soybean.call("system_manage.roles.get_menus", role_id=role.id)
    assert {"updated": as_snapshot(answer, events), "found": as_snapshot(found)} == snapshot


async def test_only_what_is_sent(signed_in: SignedIn) -> None:
    admin, role, home = await signed_in("R_ADMIN"), await auditors("home"), await Menu.get(route_name="home")
    await set_menus(admin, role, by_role_home_id=home.id)
    assert await pages_of(role) == (["home"], "home")
    await set_menus(admin, role, by_role_menu_ids=await ids_of("manage_role"))
    assert await pages_of(role) == (["manage_role"], "home")
    await set_menus(admin, role)
    assert await pages_of(role) == (["manage_role"], "home")
    await set_menus(admin, role, byRoleHomeId=None)
    assert await pages_of(role) == (["manage_role"], None)
    await set_menus(admin, role, by_role_menu_ids=[])
    assert await pages_of(role) == ([], None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"by_role_menu_ids": [999_999]}, "1101"),
        ({"by_role_home_id": 999_999}, "1101"),
        ({"byRoleMenuIds": None}, "1200"),
        ({"byRoleMenuIds": "home"}, "1200"),
    ],
    ids=str,
)
async def test_refused(fields: dict[str, Any], code: str, signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors("home")
    async with unchanged():
        assert (await set_menus(admin, role, **fields)).code == code
        assert (await set_menus(admin, Role(id=999_999))).code == "1101"


async def test_ids_of_another_kind(signed_in: SignedIn) -> None:
    admin, role, api = await signed_in("R_ADMIN"), await auditors(), await Api.all().first()
    await role.apis.add(api)  # pyright: ignore[reportArgumentType]  it was found
    found = await admin.call("system_manage.roles.get_apis", role_id=role.id)
    async with unchanged():
        answer = await set_menus(admin, role, byRoleMenuIds=found.data["byRoleApiIds"])
    assert (answer.code, answer.wrong_fields) == ("1200", ["byRoleMenuIds.0"])


@pytest.mark.usefixtures("limited_admin")
async def test_pages_that_one_does_not_hold(signed_in: SignedIn) -> None:
    """Those that the role has already stay, or go."""
    admin, role = await signed_in("R_ADMIN"), await auditors("hr_tag")
    async with unchanged():
        answer = await set_menus(admin, role, by_role_menu_ids=await ids_of("home", "hr_tag", "hr_team"))
    assert (answer.code, answer.body["msg"]) == ("2201", "You may not grant what you do not hold: page hr_team.")
    assert (await set_menus(admin, role, by_role_menu_ids=await ids_of("home", "hr_tag"))).code == "0000"
    assert (await set_menus(admin, role, by_role_menu_ids=await ids_of("home"))).code == "0000"


@pytest.mark.usefixtures("limited_admin")
async def test_nobody_widens_their_own_role(signed_in: SignedIn) -> None:
    admin, own = await signed_in("R_ADMIN"), await Role.get(role_code="R_ADMIN")
    async with unchanged():
        assert (await set_menus(admin, own, by_role_menu_ids=await ids_of("home", "hr_team"))).code == "2201"


async def test_of_the_super_role(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await Role.get(role_code="R_SUPER")
    async with unchanged():
        assert (await set_menus(admin, role, by_role_menu_ids=[])).code == "2206"


async def test_of_two_lists_at_once_one_is_in_force(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors("home")
    lists = [await ids_of("home", "manage_role"), await ids_of("manage_user")]
    answers = await asyncio.gather(*(set_menus(admin, role, by_role_menu_ids=each) for each in lists * 3))
    assert {answer.code for answer in answers} == {"0000"}
    assert (await pages_of(role))[0] in (["home", "manage_role"], ["manage_user"])


async def auditors(*pages: str) -> Role:
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT")
    await role.menus.add(*await Menu.filter(route_name__in=pages))
    return role


async def set_menus(caller: Caller, role: Role, **fields: object) -> Answer:
    return await caller.call("system_manage.roles.set_menus", role_id=role.id, **fields)


async def ids_of(*names: str) -> list[int]:
    return [(await Menu.get(route_name=name)).id for name in names]


async def pages_of(role: Role) -> tuple[list[str], str | None]:
    found = await Role.get(id=role.id).prefetch_related("menus", "home")
    return sorted([menu.route_name for menu in found.menus]), found.home and found.home.route_name

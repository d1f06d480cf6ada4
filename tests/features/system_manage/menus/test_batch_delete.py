"""system_manage.menus.batch_delete"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Button, Menu, Role
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import new_menu
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """A parent goes together with all that is below it, whatever the order in which they are named."""
    catalog, page, detail = await branch("a")
    await (await Role.get(role_code="R_USER")).menus.add(page)
    await Role.filter(role_code="R_USER").update(home_id=page.id)
    await Button.create(button_code="B_DETAIL", button_desc="", menu_id=detail.id)
    count = await Menu.all().count()
    admin = await signed_in("R_ADMIN")
    answer = await admin.call("system_manage.menus.batch_delete", ids=[page.id, catalog.id, detail.id, page.id])
    assert as_snapshot(answer, events) == snapshot
    assert await Menu.all().count() == count - 3
    assert not await Button.exists(button_code="B_DETAIL")
    assert (await Role.get(role_code="R_USER")).home_id is None


async def test_all_there_are(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    ids = [menu.id for menu in await Menu.all()]
    assert (await soybean.call("system_manage.menus.batch_delete", ids=ids)).code == "0000"
    assert await Menu.all().count() == await Button.all().count() == 0


async def test_two_lists_at_once(signed_in: SignedIn) -> None:
    """The same rows, named in opposite order: one is first, and neither waits for the other."""
    admin = await signed_in("R_ADMIN")
    for name in ("a", "b", "c"):
        ids = [menu.id for menu in await branch(name)]
        calls = [admin.call("system_manage.menus.batch_delete", ids=each) for each in (ids, ids[::-1])]
        assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin, rows = await signed_in("R_ADMIN"), await branch("a")
    async with unchanged():
        ids = [*(menu.id for menu in rows), 999_999]
        assert (await admin.call("system_manage.menus.batch_delete", ids=ids)).code == "1101"


async def test_one_with_a_child_that_is_not_named(signed_in: SignedIn) -> None:
    admin, (catalog, page, _detail) = await signed_in("R_ADMIN"), await branch("a")
    async with unchanged():
        answer = await admin.call("system_manage.menus.batch_delete", ids=[catalog.id, page.id])
    assert (answer.code, answer.body["msg"]) == (
        "2307",
        "It is a_page_detail stands below It is a_page; move or delete it first.",
    )


async def branch(name: str) -> list[Menu]:
    """A catalog, below it a page, and below that one another."""
    catalog = await new_menu(name)
    page = await new_menu(f"{name}_page", parent_id=catalog.id)
    return [catalog, page, await new_menu(f"{name}_page_detail", parent_id=page.id)]

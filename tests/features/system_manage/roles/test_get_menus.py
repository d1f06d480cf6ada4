"""system_manage.roles.get_menus"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Role
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import page


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT", home=await page(3))
    await role.menus.add(await page(2), await page(1))
    assert as_snapshot(await admin.call("system_manage.roles.get_menus", role_id=role.id), events) == snapshot


async def test_none(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await Role.create(role_name="Auditors", role_code="R_AUDIT")
    answer = await admin.call("system_manage.roles.get_menus", role_id=role.id)
    assert answer.data == {"byRoleMenuIds": [], "byRoleHomeId": None}


async def test_no_such_role(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.roles.get_menus", role_id=999_999)).code == "1101"

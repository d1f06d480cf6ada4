"""system_manage.roles.get_buttons"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Role
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import button


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT")
    await role.buttons.add(await button(2), await button(1))
    assert as_snapshot(await admin.call("system_manage.roles.get_buttons", role_id=role.id), events) == snapshot


async def test_none(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await Role.create(role_name="Auditors", role_code="R_AUDIT")
    answer = await admin.call("system_manage.roles.get_buttons", role_id=role.id)
    assert answer.data == {"byRoleButtonIds": []}


async def test_no_such_role(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.roles.get_buttons", role_id=999_999)).code == "1101"

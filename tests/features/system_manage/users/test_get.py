"""system_manage.users.get"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import User
from tests.callers import Answer, as_snapshot
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await get(signed_in, "hanmei"), events) == snapshot


async def test_an_administrator_may_look_at_a_super_admin(signed_in: SignedIn) -> None:
    assert (await get(signed_in, "Soybean")).data["byUserRoleCodeList"] == ["R_SUPER"]


async def get(signed_in: SignedIn, user_name: str) -> Answer:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name=user_name)
    return await admin.call("system_manage.users.get", user_id=user.id)

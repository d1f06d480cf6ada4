"""system_manage.users.offline"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import EndReason, Session, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    """On every device, on the next request; they may sign in again."""
    admin, devices = await signed_in("R_ADMIN"), [await signed_in("User"), await signed_in("User")]
    for device in devices:
        await device.warm()
    assert as_snapshot(await offline(admin, "User"), events) == snapshot
    assert [(await device.call("auth.user_info")).code for device in devices] == ["2106", "2106"]
    assert [session.end_reason for session in await Session.filter(user__user_name="User")] == [
        EndReason.ENDED_BY_ADMIN,
        EndReason.ENDED_BY_ADMIN,
    ]
    assert (await client.call("auth.login", user_name="User", password="123456")).code == "0000"


async def test_ones_own(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await offline(admin, "Admin")).code == "0000"
    assert (await offline(admin, "Admin")).code == "2106"


@pytest.mark.parametrize(("name", "code"), [("Soybean", "2206"), ("hanmei", "2201"), (None, "1101")])
@pytest.mark.usefixtures("limited_admin")
async def test_refused(name: str | None, code: str, signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await offline(admin, name)).code == code


async def offline(caller: Caller, name: str | None) -> Answer:
    user_id = (await User.get(user_name=name)).id if name else 999_999
    return await caller.call("system_manage.users.offline", user_id=user_id)

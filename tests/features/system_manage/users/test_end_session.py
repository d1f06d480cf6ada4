"""system_manage.users.end_session"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import EndReason, Session, User
from tests.callers import Answer, Caller, as_snapshot, new_session
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """That one and no other."""
    admin, stolen = await signed_in("R_ADMIN"), await signed_in("User")
    session = await Session.get(user__user_name="User")
    other = await signed_in("User")
    for caller in (stolen, other):
        await caller.warm()
    assert as_snapshot(await end(admin, "User", session.id), events) == snapshot
    assert (await stolen.call("auth.user_info")).code == "2106"
    assert (await other.call("auth.user_info")).code == "0000"
    assert (await Session.get(id=session.id)).end_reason is EndReason.ENDED_BY_ADMIN


async def test_one_that_is_over_stays_as_it_ended(signed_in: SignedIn) -> None:
    admin, _ = await signed_in("R_ADMIN"), await signed_in("User")
    await Session.filter(user__user_name="User").update(ended_at=NOW, end_reason=EndReason.SIGNED_OUT)
    session = await Session.get(user__user_name="User")
    async with unchanged():
        assert (await end(admin, "User", session.id)).code == "0000"


@pytest.mark.parametrize(("name", "code"), [("Soybean", "2206"), ("hanmei", "2201")])
@pytest.mark.usefixtures("limited_admin")
async def test_whom_one_may_not_manage(name: str, code: str, signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name=name)
    await new_session(user)
    session = await Session.get(user_id=user.id)
    async with unchanged():
        assert (await end(admin, name, session.id)).code == code


async def test_of_another_or_of_nobody(signed_in: SignedIn) -> None:
    admin, soybean = await signed_in("R_ADMIN"), await User.get(user_name="Soybean")
    await new_session(soybean)
    session = await Session.get(user_id=soybean.id)
    async with unchanged():
        assert (await end(admin, "User", session.id)).code == "1101"
        assert (await end(admin, "User", 999_999)).code == "1101"
        assert (await end(admin, None, session.id)).code == "1101"


async def end(caller: Caller, name: str | None, session_id: int) -> Answer:
    user_id = (await User.get(user_name=name)).id if name else 999_999
    return await caller.call("system_manage.users.end_session", user_id=user_id, session_id=session_id)

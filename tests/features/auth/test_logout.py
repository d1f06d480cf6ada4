"""auth.logout"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import LoginLog, Session, User
from tests.callers import as_snapshot
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    hanmei = await signed_in("hanmei")
    assert as_snapshot(await hanmei.call("auth.logout"), events) == snapshot


async def test_this_session_is_over_and_the_others_go_on(signed_in: SignedIn) -> None:
    here, there = await signed_in("hanmei"), await signed_in("hanmei")
    for caller in (here, there):
        await caller.warm()
    assert (await here.call("auth.logout")).code == "0000"
    assert (await here.call("auth.user_info")).code == "2106"
    assert (await here.call("auth.logout")).code == "2106"
    assert (await there.call("auth.user_info")).code == "0000"
    assert [session.end_reason for session in await Session.all().order_by("id")] == ["signed_out", None]


async def test_it_is_open_while_a_password_change_is_due(signed_in: SignedIn) -> None:
    await User.filter(user_name="hanmei").update(must_change_password=True)
    hanmei = await signed_in("hanmei")
    assert (await hanmei.call("auth.logout")).code == "0000"


async def test_it_is_logged(signed_in: SignedIn) -> None:
    await (await signed_in("hanmei")).call("auth.logout")
    entry = await LoginLog.get()
    assert (entry.event, entry.code, entry.user_name, entry.by_user_name) == ("sign_out", "0000", "hanmei", None)

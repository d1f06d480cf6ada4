"""auth.end_session"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import LoginLog, Session
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    here, there = await signed_in("hanmei"), await signed_in("hanmei")
    await there.warm()
    lost = await Session.all().order_by("-id").first()
    assert lost
    assert as_snapshot(await here.call("auth.end_session", session_id=lost.id), events) == snapshot
    assert (await there.call("auth.user_info")).code == "2106"
    assert (await here.call("auth.user_info")).code == "0000"
    assert [(each["live"], each["endReason"]) for each in (await here.call("auth.sessions")).data] == [
        (False, "ended_by_owner"),
        (True, None),
    ]
    assert (await LoginLog.get()).event == "session_end"


async def test_ones_own_of_this_moment_too(signed_in: SignedIn) -> None:
    hanmei = await signed_in("hanmei")
    (session,) = await Session.all()
    assert (await hanmei.call("auth.end_session", session_id=session.id)).code == "0000"
    assert (await hanmei.call("auth.user_info")).code == "2106"


async def test_somebody_elses_is_not_there(signed_in: SignedIn) -> None:
    liuqing, _ = await signed_in("liuqing"), await signed_in("hanmei")
    foreign = await Session.all().order_by("-id").first()
    assert foreign
    async with unchanged():
        assert (await liuqing.call("auth.end_session", session_id=foreign.id)).code == "1101"
        assert (await liuqing.call("auth.end_session", session_id=10**9)).code == "1101"


async def test_who_impersonates_ends_no_session_of_the_user_unseen(signed_in: SignedIn) -> None:
    """It is told, and by whom."""
    hanmei, soybean = await signed_in("hanmei"), await signed_in("Soybean")
    await hanmei.warm()
    (first, _) = await Session.all().order_by("id")
    answer = await soybean.call("auth.impersonate", user_id=first.user_id)
    soybean.headers["Authorization"] = f"Bearer {answer.data['token']}"
    assert (await soybean.call("auth.end_session", session_id=first.id)).code == "0000"
    entry = await LoginLog.filter(event="session_end").get()
    assert (entry.user_name, entry.by_user_name) == ("hanmei", "Soybean")

"""system_manage.users.sessions"""

from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from kernel import clock
from kernel.identity.models import EndReason, Session, User
from tests.callers import as_snapshot, new_session
from tests.conftest import NOW, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """One that lives, one that was ended, one of a super administrator in the user's name, and one that has expired."""
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    with clock.frozen(NOW - timedelta(days=8)):
        await new_session(user)
    with clock.frozen(NOW - timedelta(hours=2)):
        await new_session(user)
    ended = {"ended_at": NOW - timedelta(hours=1), "end_reason": EndReason.SIGNED_OUT, "address": "192.0.2.7"}
    await Session.filter(user_id=user.id, created_at=NOW - timedelta(hours=2)).update(**ended)
    await new_session(user, impersonator=soybean)
    await new_session(user)
    await new_session(soybean)
    admin = await signed_in("R_ADMIN")
    assert as_snapshot(await admin.call("system_manage.users.sessions", user_id=user.id), events) == snapshot


async def test_the_last_two_hundred(signed_in: SignedIn) -> None:
    user = await User.get(user_name="User")
    for hour in range(205):
        with clock.frozen(NOW - timedelta(hours=hour)):
            await new_session(user)
    answer = await (await signed_in("R_ADMIN")).call("system_manage.users.sessions", user_id=user.id)
    times = [each["createdAt"] for each in answer.data]
    assert (len(times), times) == (200, sorted(times, reverse=True))


async def test_no_token_is_shown(signed_in: SignedIn) -> None:
    caller, admin = await signed_in("User"), await signed_in("R_ADMIN")
    session = await Session.get(user__user_name="User")
    answer = await admin.call("system_manage.users.sessions", user_id=session.user_id)
    assert session.family not in answer.text
    assert caller.headers["Authorization"].removeprefix("Bearer ") not in answer.text


async def test_nobody(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.users.sessions", user_id=999_999)).code == "1101"
    user = await User.create(user_name="new", password_hash="x")
    assert (await admin.call("system_manage.users.sessions", user_id=user.id)).data == []

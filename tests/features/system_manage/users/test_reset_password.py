"""system_manage.users.reset_password"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import EndReason, LoginLog, SecurityEvent, Session, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, caller = await signed_in("R_ADMIN"), await signed_in("User")
    await caller.warm()
    answer = await reset(admin, "User")
    assert as_snapshot(answer, events) == snapshot
    assert (await caller.call("auth.user_info")).code == "2106"
    assert (await Session.get(user__user_name="User")).end_reason is EndReason.PASSWORD_CHANGED
    assert (await client.call("auth.login", user_name="User", password="123456")).code == "2401"
    signed = await client.call("auth.login", user_name="User", password=answer.data["rawPassword"])
    assert (signed.code, signed.data["mustChangePassword"]) == ("0000", True)


async def test_it_stands_in_the_login_log(signed_in: SignedIn) -> None:
    await reset(await signed_in("R_ADMIN"), "User")
    entry = await LoginLog.get(event=SecurityEvent.PASSWORD_RESET)
    assert (entry.user_name, entry.by_user_name, entry.code) == ("User", "Admin", "0000")


async def test_each_time_another_one(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await reset(admin, "User")).data != (await reset(admin, "User")).data


@pytest.mark.parametrize(("name", "code"), [("Soybean", "2206"), ("hanmei", "2201"), (None, "1101")])
@pytest.mark.usefixtures("limited_admin")
async def test_refused(name: str | None, code: str, signed_in: SignedIn) -> None:
    """Whoever gives an account its password has what it holds."""
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await reset(admin, name)).code == code


async def test_who_is_disabled_stays_so(signed_in: SignedIn, client: Caller) -> None:
    await User.filter(user_name="User").update(status_type="2")
    answer = await reset(await signed_in("R_ADMIN"), "User")
    signed = await client.call("auth.login", user_name="User", password=answer.data["rawPassword"])
    assert signed.code == "2102"


async def reset(caller: Caller, name: str | None) -> Answer:
    user_id = (await User.get(user_name=name)).id if name else 999_999
    return await caller.call("system_manage.users.reset_password", user_id=user_id)

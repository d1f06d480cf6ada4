"""auth.impersonate"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel import Status
from kernel.identity.models import LoginLog, Role, Session, User
from tests.callers import Answer, Caller, as_snapshot, bearer
from tests.conftest import SignedIn
from tests.state import unchanged


async def impersonate(caller: Caller, user_name: str) -> Answer:
    return await caller.call("auth.impersonate", user_id=(await User.get(user_name=user_name)).id)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    soybean = await signed_in("Soybean")
    answer = await impersonate(soybean, "hanmei")
    soybean.headers.update(bearer(answer.data["token"]))
    told = await soybean.call("auth.user_info")
    assert {"answer": as_snapshot(answer, events), "user_info": as_snapshot(told)} == snapshot


async def test_what_is_written_meanwhile_names_both(signed_in: SignedIn) -> None:
    soybean = await signed_in("Soybean")
    soybean.headers.update(bearer((await impersonate(soybean, "hanmei")).data["token"]))
    created = await soybean.call("hr.departments.create", name="New", code="NEW")
    assert created.code == "0000"
    assert (await Department.get(code="NEW")).created_by == "hanmei (by Soybean)"


async def test_it_is_logged_and_is_no_sign_in_of_the_user(signed_in: SignedIn) -> None:
    await impersonate(await signed_in("Soybean"), "hanmei")
    entry = await LoginLog.get()
    assert (entry.event, entry.code, entry.user_name, entry.by_user_name) == (
        "impersonation",
        "0000",
        "hanmei",
        "Soybean",
    )
    assert (await User.get(user_name="hanmei")).last_login is None


async def test_one_may_what_the_user_may(signed_in: SignedIn) -> None:
    soybean = await signed_in("Soybean")
    soybean.headers.update(bearer((await impersonate(soybean, "wangwei")).data["token"]))
    assert (await soybean.call("hr.departments.create", name="New", code="NEW")).code == "2201"
    assert (await impersonate(soybean, "hanmei")).code == "2206"


async def test_what_becomes_of_the_super_administrator_ends_it(signed_in: SignedIn) -> None:
    soybean = await signed_in("Soybean")
    caller = await signed_in("Super")
    caller.headers.update(bearer((await impersonate(soybean, "hanmei")).data["token"]))
    await caller.warm()
    changed = await soybean.call("auth.change_password", oldPassword="123456", newPassword="correct horse")
    assert changed.code == "0000"
    assert (await caller.call("auth.user_info")).code == "2106"
    assert await Session.filter(ended_at=None).count() == 1  # that of Super, who has only lent the client


async def test_who_is_no_super_administrator_any_more_gets_no_further_tokens(signed_in: SignedIn) -> None:
    soybean, former = await signed_in("Soybean"), await User.get(user_name="Super")
    pair = (await impersonate(await signed_in("Super"), "hanmei")).data
    taken = await soybean.call("system_manage.users.update", user_id=former.id, byUserRoleCodeList=["R_ADMIN"])
    assert taken.code == "0000"
    assert (await soybean.call("auth.refresh_token", refreshToken=pair["refreshToken"])).code == "2106"


@pytest.mark.parametrize("what", ["hanmei", "Admin"])
async def test_only_a_super_administrator_may(what: str, signed_in: SignedIn) -> None:
    caller = await signed_in(what)
    async with unchanged():
        assert (await impersonate(caller, "wangwei")).code == "2206"


async def test_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("Soybean")
    await User.filter(user_name="wangwei").update(status_type=Status.DISABLED)
    async with unchanged():
        assert (await impersonate(soybean, "Super")).code == "2206"
        assert (await impersonate(soybean, "Soybean")).code == "2206"
        assert (await impersonate(soybean, "wangwei")).code == "2102"
        assert (await soybean.call("auth.impersonate", user_id=10**9)).code == "2406"


async def test_who_becomes_a_super_administrator_acts_for_themselves(signed_in: SignedIn) -> None:
    soybean = await signed_in("Soybean")
    soybean.headers.update(bearer((await impersonate(soybean, "hanmei")).data["token"]))
    await soybean.warm()
    user = await User.get(user_name="hanmei")
    await user.roles.add(await Role.get(role_code="R_SUPER"))
    assert (await soybean.call("auth.user_info")).code == "2106"

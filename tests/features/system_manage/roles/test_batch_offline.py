"""system_manage.roles.batch_offline"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import EndReason, Role, Session, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """Every holder of one role or the other, once; signed in or not."""
    soybean, names = await signed_in("R_SUPER"), ["User", "hanmei", "liuqing", "Admin"]
    callers = [await signed_in(name) for name in names]
    for caller in callers:
        await caller.warm()
    assert as_snapshot(await offline(soybean, "R_HR_MANAGER", "R_HR_SPECIALIST", "R_USER"), events) == snapshot
    codes = [(await caller.call("auth.user_info")).code for caller in callers]
    assert codes == ["2106", "2106", "2106", "0000"]
    reasons = [session.end_reason for session in await Session.filter(user__user_name__in=names[:3])]
    assert reasons == [EndReason.ROLE_OFFLINE] * 3


@pytest.mark.usefixtures("limited_admin")
async def test_a_holder_whom_one_may_not_manage(signed_in: SignedIn) -> None:
    """As where the users are named one by one."""
    admin, role = await signed_in("R_ADMIN"), await Role.get(role_code="R_USER")
    await signed_in("User")
    assert (await offline(admin, "R_USER")).code == "0000"
    for name, code in (("hanmei", "2201"), ("Super", "2206")):
        user = await User.get(user_name=name)
        await user.roles.add(role)
        async with unchanged():
            assert (await offline(admin, "R_USER")).code == code
        await user.roles.remove(role)
    async with unchanged():
        assert (await offline(admin, "R_SUPER")).code == "2206"
    soybean = await signed_in("R_SUPER")
    assert (await offline(soybean, "R_SUPER")).data == {"offlineCount": 2}
    assert (await soybean.call("auth.user_info")).code == "2106"


async def test_a_role_that_is_not_there_and_one_that_nobody_holds(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await offline(admin, "R_USER", "R_NOTHING")
        assert (answer.code, answer.body["msg"]) == ("1101", "There is no role R_NOTHING.")
    await Role.create(role_name="Nobody", role_code="R_NOBODY")
    assert (await offline(admin, "R_NOBODY")).data == {"offlineCount": 0}


@pytest.mark.parametrize("body", [{}, {"roleCodes": []}, {"roleCodes": None}, {"roleCodes": "R_USER"}], ids=str)
async def test_none(body: dict[str, object], signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_ADMIN")).call("system_manage.roles.batch_offline", **body)
    assert (answer.code, answer.wrong_fields) == ("1200", ["roleCodes"])


async def test_more_holders_than_a_statement_has_place_for(signed_in: SignedIn) -> None:
    role = await Role.create(role_name="Crowd", role_code="R_CROWD")
    await User.bulk_create(
        [User(user_name=f"n{n}", user_name_key=f"n{n}", password_hash="x") for n in range(2_100)], batch_size=500
    )
    crowd = await User.filter(user_name__startswith="n", password_hash="x").order_by("id")
    for start in range(0, len(crowd), 500):
        await role.users.add(*crowd[start : start + 500])  # pyright: ignore[reportAttributeAccessIssue]  the other side of a relation
    answer = await offline(await signed_in("R_ADMIN"), "R_CROWD")
    assert answer.data == {"offlineCount": len(crowd)}
    assert await User.filter(token_version=1).count() == len(crowd)


async def test_roles_with_the_same_holders_at_once(signed_in: SignedIn) -> None:
    """Neither waits for the other."""
    soybean = await signed_in("R_SUPER")
    codes = [["R_EMPLOYEE", "R_DEPT_MGR"], ["R_DEPT_MGR"], ["R_HR_MANAGER", "R_EMPLOYEE"]]
    answers = await asyncio.gather(*(offline(soybean, *each) for each in codes * 2))
    assert {answer.code for answer in answers} == {"0000"}
    assert (await User.get(user_name="zhouhang")).token_version == 6


async def offline(caller: Caller, *role_codes: str) -> Answer:
    return await caller.call("system_manage.roles.batch_offline", role_codes=list(role_codes))

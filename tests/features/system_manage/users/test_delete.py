"""system_manage.users.delete"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee
from kernel.identity.models import Session, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """With their sessions and what they held; their tokens name nobody any more."""
    admin, caller, user = await signed_in("R_ADMIN"), await signed_in("User"), await User.get(user_name="User")
    await caller.warm()
    assert as_snapshot(await delete(admin, user), events) == snapshot
    assert (await caller.call("auth.user_info")).code == "2101"
    assert not await User.exists(id=user.id)
    assert not await Session.filter(user_id=user.id).exists()


@pytest.mark.parametrize(("name", "code"), [("Admin", "2307"), ("Soybean", "2206"), ("hanmei", "2201"), (None, "1101")])
@pytest.mark.usefixtures("limited_admin")
async def test_refused(name: str | None, code: str, signed_in: SignedIn) -> None:
    """Oneself, a super administrator, somebody who holds more than oneself, nobody."""
    admin = await signed_in("R_ADMIN")
    user = await User.get(user_name=name) if name else User(id=999_999)
    async with unchanged():
        assert (await delete(admin, user)).code == code


@pytest.mark.parametrize("is_deleted", [False, True], ids=["employee", "former employee"])
async def test_who_has_a_file_elsewhere(is_deleted: bool, signed_in: SignedIn) -> None:
    """A foreign key says so, whichever module it belongs to."""
    soybean, wangwei = await signed_in("R_SUPER"), await User.get(user_name="wangwei")
    if is_deleted:
        await Employee.filter(user_id=wangwei.id).delete()
    async with unchanged():
        answer = await delete(soybean, wangwei)
    assert (answer.code, answer.body["msg"]) == (
        "2307",
        "Records of other modules belong to wangwei; disable the account instead.",
    )


async def test_a_super_administrator_deletes_another_but_not_themselves(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    assert (await delete(soybean, await User.get(user_name="Super"))).code == "0000"
    async with unchanged():
        assert (await delete(soybean, await User.get(user_name="Soybean"))).code == "2307"


async def test_two_super_administrators_who_delete_one_another_at_once(signed_in: SignedIn) -> None:
    users = [await User.get(user_name=name) for name in ("Soybean", "Super")]
    callers = [await signed_in("Soybean"), await signed_in("Super")]
    for caller in callers:
        await caller.warm()
    answers = await asyncio.gather(*(delete(caller, user) for caller, user in zip(callers, users[::-1], strict=True)))
    first, second = sorted([answer.code for answer in answers])
    assert first == "0000"
    assert second in ("2307", "2101")
    assert await User.filter(id__in=[user.id for user in users]).count() == 1


async def test_of_many_at_once_one_succeeds(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    answers = await asyncio.gather(*(delete(admin, user) for _ in range(5)))
    assert sorted([answer.code for answer in answers]) == ["0000"] + ["1101"] * 4


async def test_whoever_was_impersonated_by_them_is_not_any_more(signed_in: SignedIn) -> None:
    """The session of an impersonation goes with the impersonator."""
    soybean, acting, user = (
        await signed_in("R_SUPER"),
        await User.get(user_name="Super"),
        await User.get(user_name="User"),
    )
    await Session.filter(user_id=user.id).delete()
    caller = await signed_in("User")
    await Session.filter(user_id=user.id).update(impersonator_id=acting.id)
    await delete(soybean, acting)
    assert (await caller.call("auth.user_info")).code == "2101"


async def delete(caller: Caller, user: User) -> Answer:
    return await caller.call("system_manage.users.delete", user_id=user.id)

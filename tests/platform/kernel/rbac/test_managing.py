"""Accounts, as modules change, close and open them for whoever may manage them. See also `tests/features/system_manage`."""

from collections.abc import Awaitable, Callable

import pytest
from tortoise.exceptions import DoesNotExist, IntegrityError

from kernel import Actor, Code, Refusal, Status, disable_account, enable_account, transaction, update_account
from kernel.context import set_actor
from kernel.errors.codes import ResponseCode
from kernel.identity.models import EndReason, Role, Session, User
from tests.callers import new_session
from tests.conftest import SignedIn
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")


async def account(user_name: str, role_code: str | None = None) -> User:
    user = await User.get(user_name=user_name)
    if role_code:
        await user.roles.add(await Role.get(role_code=role_code))
    return user


async def code_of(change: Awaitable[None], *, by: str = "hanmei") -> ResponseCode | None:
    """What the change is refused with to Han Mei, who holds all of human resources and nothing beyond, or to another."""
    user = await User.get(user_name=by).prefetch_related("roles")
    is_super = "R_SUPER" in [role.role_code for role in user.roles]
    try:
        set_actor(Actor(user_id=user.id, user_name=by, is_super=is_super))
        async with transaction(__name__):
            await change
    except Refusal as refused:
        return refused.code
    finally:
        set_actor(None)
    return None


async def test_a_disabled_account_has_no_session_left(signed_in: SignedIn) -> None:
    """In force on the next request; the roles stay."""
    wang, caller = await account("wangwei"), await signed_in("wangwei")
    await new_session(wang)
    assert (await caller.call("auth.user_info")).code == "0000"
    assert await code_of(disable_account(wang.id)) is None
    assert (await caller.call("auth.user_info")).code == "2102"
    await wang.refresh_from_db()
    assert (wang.status_type, wang.token_version, wang.updated_by) == (Status.DISABLED, 1, "hanmei")
    assert {each.end_reason for each in await Session.filter(user_id=wang.id)} == {EndReason.ACCOUNT_DISABLED}
    assert await Role.filter(users__id=wang.id).count() == 1


async def test_an_enabled_account_gets_no_session_back(signed_in: SignedIn) -> None:
    wang, caller = await account("wangwei"), await signed_in("wangwei")
    for change in (disable_account, enable_account):
        assert await code_of(change(wang.id)) is None
    assert (await caller.call("auth.user_info")).code == "2106"
    assert (await (await signed_in("wangwei")).call("auth.user_info")).code == "0000"


@pytest.mark.parametrize(("change", "status"), [(disable_account, Status.DISABLED), (enable_account, Status.ENABLED)])
async def test_what_it_is_already(change: Callable[[int], Awaitable[None]], status: Status) -> None:
    wang = await account("wangwei")
    await User.filter(id=wang.id).update(status_type=status)
    async with unchanged():
        assert await code_of(change(wang.id)) is None


async def test_what_is_known_of_a_person(signed_in: SignedIn) -> None:
    """What is left out stays; in force on the next request."""
    wang, caller = await account("wangwei"), await signed_in("wangwei")
    assert (await caller.call("auth.user_info")).data["nickName"] == "Wang Wei"
    assert await code_of(update_account(wang.id, nick_name="Wang Da", phone=None)) is None
    info = (await caller.call("auth.user_info")).data
    assert (info["nickName"], info["userPhone"], info["userEmail"]) == ("Wang Da", None, wang.user_email)
    async with unchanged():
        assert await code_of(update_account(wang.id)) is None
        assert await code_of(update_account(wang.id, nick_name="Wang Da", phone=None, email=wang.user_email)) is None


async def test_what_another_account_has() -> None:
    wang, li = await account("wangwei"), await account("lina")
    async with unchanged():
        for change in (update_account(wang.id, phone=li.user_phone), update_account(wang.id, email=li.user_email)):
            with pytest.raises(IntegrityError):
                await code_of(change)


CHANGES = [disable_account, enable_account, lambda user_id: update_account(user_id, phone=f"+49170{user_id}")]


@pytest.mark.parametrize("change", CHANGES)
async def test_whoever_holds_more_is_not_theirs_to_manage(change: Callable[[int], Awaitable[None]]) -> None:
    """A super administrator is a super administrator's."""
    above, highest = await account("wangwei", "R_ADMIN"), await account("lina", "R_SUPER")
    async with unchanged():
        assert await code_of(change(above.id)) is Code.PERMISSION_DENIED
        assert await code_of(change(highest.id)) is Code.SUPER_ADMIN_ONLY
    assert [await code_of(change(each.id), by="Soybean") for each in (above, highest)] == [None, None]


async def test_ones_own_account_is_ones_own() -> None:
    """Also while a role of it is disabled, which therefore grants nothing that one could hold."""
    zhou = await account("zhouhang")
    await Role.filter(role_code="R_DEPT_MGR").update(status_type=Status.DISABLED)
    assert await code_of(update_account(zhou.id, phone="+4917012345"), by="zhouhang") is None
    async with unchanged():
        assert await code_of(update_account(zhou.id, phone="+4917054321"), by="wangwei") is Code.PERMISSION_DENIED


async def test_what_does_not_differ_needs_no_right_to_manage() -> None:
    soybean = await account("Soybean")
    async with unchanged():
        assert await code_of(update_account(soybean.id, phone=soybean.user_phone)) is None


async def test_nobody_disables_themselves_nor_the_last_super_administrator() -> None:
    hanmei, soybean, other = [await account(name) for name in ("hanmei", "Soybean", "Super")]
    async with unchanged():
        assert await code_of(disable_account(hanmei.id)) is Code.IN_USE
    assert await code_of(disable_account(other.id), by="Soybean") is None
    async with unchanged():
        assert await code_of(disable_account(soybean.id), by="Super") is Code.IN_USE


@pytest.mark.parametrize("change", CHANGES)
async def test_of_no_row(change: Callable[[int], Awaitable[None]]) -> None:
    with pytest.raises(DoesNotExist):
        await code_of(change(999_999))

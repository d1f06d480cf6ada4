"""What accounts may be managed by whom, whichever use case asks. What each does is in `users/`."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel.identity.models import Api, Role, Session, User
from tests.callers import Caller, new_session
from tests.conftest import SignedIn
from tests.state import unchanged

WRITES: dict[str, Callable[[User], dict[str, Any]]] = {
    "update": lambda user: {"user_id": user.id, "nickName": "You"},
    "delete": lambda user: {"user_id": user.id},
    "batch_delete": lambda user: {"ids": [user.id]},
    "offline": lambda user: {"user_id": user.id},
    "batch_offline": lambda user: {"ids": [user.id]},
    "reset_password": lambda user: {"user_id": user.id},
}


async def colleague(*role_codes: str) -> User:
    user = await User.create(user_name="colleague", password_hash="x")
    await user.roles.add(*await Role.filter(role_code__in=role_codes))
    return user


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize(
    ("roles", "code"),
    [((), "0000"), (("R_USER", "R_ADMIN"), "0000"), (("R_EMPLOYEE",), "2201"), (("R_USER", "R_SUPER"), "2206")],
    ids=str,
)
@pytest.mark.usefixtures("limited_admin")
async def test_who_manages_whom(verb: str, roles: tuple[str, ...], code: str, signed_in: SignedIn) -> None:
    """Whoever holds no more than oneself; a disabled role counts, as it may be in force tomorrow."""
    user, admin = await colleague(*roles), await signed_in("R_ADMIN")
    await Role.filter(role_code="R_EMPLOYEE").update(status_type="2")
    assert (await admin.call(f"system_manage.users.{verb}", **WRITES[verb](user))).code == code


@pytest.mark.parametrize("verb", WRITES)
async def test_nobody_who_may_not_call_it(verb: str, signed_in: SignedIn) -> None:
    user, caller = await colleague("R_USER"), await signed_in("User")
    async with unchanged():
        assert (await caller.call(f"system_manage.users.{verb}", **WRITES[verb](user))).code == "2201"


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("update", "2102"),
        ("delete", "2101"),
        ("batch_delete", "2101"),
        ("offline", "2106"),
        ("batch_offline", "2106"),
        ("reset_password", "2106"),
    ],
)
async def test_it_is_in_force_on_the_next_request(verb: str, code: str, signed_in: SignedIn) -> None:
    """Of every session, though the app had kept them."""
    user, admin = await colleague("R_USER"), await signed_in("R_ADMIN")
    callers = [await signed_in("colleague"), await signed_in("colleague")]
    for caller in callers:
        await caller.warm()
    fields = WRITES[verb](user) | ({"statusType": "2"} if verb == "update" else {})
    assert (await admin.call(f"system_manage.users.{verb}", **fields)).code == "0000"
    assert [(await caller.call("auth.user_info")).code for caller in callers] == [code, code]


async def test_roles_are_in_force_on_the_next_request(signed_in: SignedIn) -> None:
    user, soybean, caller = await colleague("R_USER"), await signed_in("R_SUPER"), await signed_in("colleague")
    assert (await caller.call("system_manage.users.get", user_id=user.id)).code == "2201"
    for codes, code in ((["R_ADMIN"], "0000"), (["R_USER"], "2201"), (["R_SUPER"], "0000"), (["R_USER"], "2201")):
        await soybean.call("system_manage.users.update", user_id=user.id, byUserRoleCodeList=codes)
        assert (await caller.call("system_manage.users.get", user_id=user.id)).code == code


async def test_a_role_that_one_does_not_hold_is_kept_and_taken_but_not_given(signed_in: SignedIn) -> None:
    """Somebody who may manage hardly anything else: what is added is asked for, not what was there."""
    user, clerk = await colleague("R_USER"), await Role.create(role_name="Clerks", role_code="R_CLERK")
    await clerk.apis.add(*await Api.filter(route_key="system_manage.users.update"))
    await clerk.menus.add(*await (await Role.get(role_code="R_USER")).menus)
    other = await User.create(user_name="clerk", password_hash="x")
    await other.roles.add(clerk)
    caller = await signed_in("clerk")
    for codes, code in ((["R_USER", "R_CLERK"], "0000"), (["R_CLERK"], "0000"), (["R_CLERK", "R_ADMIN"], "2201")):
        answer = await caller.call("system_manage.users.update", user_id=user.id, byUserRoleCodeList=codes)
        assert answer.code == code
    assert [role.role_code for role in await user.roles] == ["R_CLERK"]


async def test_who_acts_in_the_name_of_another_is_that_other(signed_in: SignedIn, client: Caller) -> None:
    """A super administrator who impersonates an administrator manages whom that one may, and is named beside."""
    soybean, admin, user = [await User.get(user_name=name) for name in ("Soybean", "Admin", "User")]
    client.headers["Authorization"] = f"Bearer {(await new_session(admin, impersonator=soybean)).access}"
    assert (await client.call("system_manage.users.update", user_id=user.id, nickName="You")).code == "0000"
    assert (await User.get(id=user.id)).updated_by == "Admin (by Soybean)"
    async with unchanged():
        assert (await client.call("system_manage.users.offline", user_id=soybean.id)).code == "2206"
        assert (await client.call("system_manage.users.delete", user_id=admin.id)).code == "2307"
    assert await Session.filter(user_id=admin.id).exists()

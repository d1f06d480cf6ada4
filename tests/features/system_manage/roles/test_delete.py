"""system_manage.roles.delete"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import transaction
from kernel.identity.models import Api, Button, Menu, Role, RoleScope, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """With what it granted, which the caller need not hold."""
    admin, role = await signed_in("R_ADMIN"), await Role.create(role_name="Auditors", role_code="R_AUDIT")
    await role.apis.add(await Api.get(route_key="hr.employees.search"))
    await role.menus.add(await Menu.get(route_name="home"))
    await role.buttons.add(await Button.get(button_code="B_HR_EMP_ONBOARD"))
    await RoleScope.create(role=role, subject="department", row_id=1)
    assert as_snapshot(await delete(admin, role), events) == snapshot
    assert not await Role.exists(id=role.id)
    assert not await RoleScope.filter(role_id=role.id).exists()


@pytest.mark.parametrize(
    ("caller", "code", "refusal"),
    [
        ("R_ADMIN", "R_SUPER", "2206 Only a super administrator may change R_SUPER."),
        ("R_SUPER", "R_SUPER", "2307 R_SUPER cannot be deleted: the system stands on it."),
        ("R_ADMIN", "R_ADMIN", "2307 R_ADMIN is held by 1 users; take it from them first."),
        ("R_ADMIN", None, "1101 There is no such role."),
    ],
)
async def test_refused(caller: str, code: str | None, refusal: str, signed_in: SignedIn) -> None:
    someone = await signed_in(caller)
    role = await Role.get(role_code=code) if code else Role(id=999_999)
    async with unchanged():
        answer = await delete(someone, role)
    assert f"{answer.code} {answer.body['msg']}" == refusal


async def test_a_disabled_holder_holds_it_too(signed_in: SignedIn) -> None:
    await User.filter(user_name="liuqing").update(status_type="2")
    admin, role = await signed_in("R_ADMIN"), await Role.get(role_code="R_HR_SPECIALIST")
    async with unchanged():
        assert (await delete(admin, role)).code == "2307"


@pytest.mark.parametrize("attempt", range(3))
async def test_while_it_is_given_to_users(attempt: int, signed_in: SignedIn) -> None:
    """Nobody is left with a role that is gone, and nobody loses one that they were told they had."""
    admin, role = await signed_in("R_ADMIN"), await Role.create(role_name="Auditors", role_code="R_AUDIT")
    user, codes = await User.get(user_name="User"), ["R_USER", "R_AUDIT"]
    new = {"user_name": "lilei", "password": "correct horse", "by_user_role_code_list": codes}
    calls = [
        admin.call("system_manage.users.update", user_id=user.id, by_user_role_code_list=codes),
        admin.call("system_manage.users.create", **new),
    ]
    calls.insert(attempt, delete(admin, role))
    answers = [answer.code for answer in await asyncio.gather(*calls)]
    deleted = answers.pop(attempt)
    assert deleted in ("0000", "2307", "2306")
    assert set(answers) <= ({"1101", "1100", "2306"} if deleted == "0000" else {"0000", "2306"})
    assert await Role.exists(id=role.id) == (deleted != "0000")
    assert await User.filter(roles__id=role.id).count() == answers.count("0000")


async def test_while_a_grant_waits_for_its_commit(signed_in: SignedIn) -> None:
    """It is not looked past: who was given the role in that moment would lose it without a word."""
    admin, role = await signed_in("R_ADMIN"), await Role.create(role_name="Auditors", role_code="R_AUDIT")
    user, given = await User.get(user_name="User"), asyncio.Event()

    async def delete_then() -> Answer:
        await given.wait()
        return await delete(admin, role)

    deleting = asyncio.create_task(delete_then())  # before the transaction opens, which it would join
    async with transaction(__name__):
        await user.roles.add(role)
        given.set()
        await asyncio.wait([deleting], timeout=0.3)
    assert (await deleting).code == "2307"
    assert await user.roles.filter(id=role.id).exists()


async def delete(caller: Caller, role: Role) -> Answer:
    return await caller.call("system_manage.roles.delete", role_id=role.id)

"""system_manage.roles.create"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Role, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import page
from tests.state import unchanged

NEW: dict[str, Any] = {"roleName": "Auditors", "roleCode": "R_AUDIT", "roleDesc": "They look.", "dataScope": "all"}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, home = await signed_in("R_ADMIN"), await page(1)
    created = await admin.call("system_manage.roles.create", **NEW, by_role_home_id=home.id)
    role = await Role.get(role_code="R_AUDIT")
    found = await admin.call("system_manage.roles.get", role_id=role.id)
    assert {"created": as_snapshot(created, events), "found": as_snapshot(found)} == snapshot


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "blank"])
async def test_name_and_code_are_enough(nothing: str | None, signed_in: SignedIn) -> None:
    optional = {"roleDesc": nothing, "byRoleHomeId": nothing, "dataScope": None, "statusType": None}
    await create(await signed_in("R_ADMIN"), **optional)
    role = await Role.get(role_code="R_AUDIT")
    assert (role.role_desc, role.home_id, role.data_scope, role.status_type) == (None, None, "self", "1")


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "blank"])
@pytest.mark.parametrize(("field", "code"), [("roleName", "2605"), ("roleCode", "2606")])
async def test_each_required_field_has_a_code(field: str, code: str, nothing: str | None, signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    left_out = {name: value for name, value in NEW.items() if name != field}
    async with unchanged():
        for body in (left_out, left_out | {field: nothing}):
            assert (await admin.call("system_manage.roles.create", **body)).code == code


async def test_a_code_that_is_taken(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        for taken in ("R_SUPER", "R_USER"):
            assert (await create(admin, roleCode=taken)).code == "2301"


async def test_of_many_at_once_with_one_code_one_is_created(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answers = await asyncio.gather(*(create(admin) for _ in range(6)))
    assert sorted([answer.code for answer in answers]) == ["0000"] + ["2301"] * 5


async def test_a_home_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await admin.call("system_manage.roles.create", **NEW, by_role_home_id=999_999)
        assert answer.code == "1101"
        user = await User.get(user_name="User")
        answer = await create(
            admin, byRoleHomeId=(await admin.call("system_manage.users.get", user_id=user.id)).data["id"]
        )
        assert (answer.code, answer.wrong_fields) == ("1200", ["byRoleHomeId"])


async def test_wrong_values(signed_in: SignedIn) -> None:
    wrong = {
        "roleName": "n" * 65,
        "roleCode": "R AUDIT",
        "roleDesc": "d" * 501,
        "byRoleHomeId": "home",
        "dataScope": "none",
        "statusType": "3",
    }
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def test_a_code_that_use_cases_ask_for_is_for_its_holders_to_give(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.rbac.grants.asked_for_by_name", {"R_KEEPER"})
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, roleCode="R_KEEPER")
    assert (answer.code, answer.body["msg"]) == (
        "2201",
        "You may not grant R_KEEPER, which holds what you do not hold: role R_KEEPER.",
    )
    assert (await create(await signed_in("R_SUPER"), roleCode="R_KEEPER")).code == "0000"


async def test_a_declared_code_is_brought_back_by_super_administrators_only(signed_in: SignedIn) -> None:
    """Start-up would grant to it what is new in the code."""
    admin = await signed_in("R_ADMIN")
    role = await Role.get(role_code="R_DEPT_MGR")
    for holder in await User.filter(roles__id=role.id):
        await holder.roles.remove(role)
    assert (await admin.call("system_manage.roles.delete", role_id=role.id)).code == "0000"
    async with unchanged():
        assert (await create(admin, roleCode="R_DEPT_MGR")).code == "2206"
    assert (await create(await signed_in("R_SUPER"), roleCode="R_DEPT_MGR")).code == "0000"


async def test_it_can_be_given_at_once(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    caller = await signed_in("User")
    await caller.warm()
    await create(admin)
    codes = ["R_USER", "R_AUDIT"]
    await admin.call("system_manage.users.update", user_id=user.id, by_user_role_code_list=codes)
    assert (await caller.call("auth.user_info")).data["roles"] == ["R_AUDIT", "R_USER"]


async def create(caller: Caller, **changes: object) -> Answer:
    return await caller.call("system_manage.roles.create", **NEW | changes)

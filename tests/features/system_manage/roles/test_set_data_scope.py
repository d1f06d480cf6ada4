"""system_manage.roles.set_data_scope"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel.identity.models import Api, Role, RoleScope, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """The departments are a set: what is not named is taken away."""
    admin, role = await signed_in("R_ADMIN"), await auditors()
    await set_scope(admin, role, data_scope="custom", department_ids=await ids_of("HR", "RD"))
    ids = await ids_of("RD", "SA", "RD")
    answer = await set_scope(admin, role, data_scope="custom", department_ids=ids)
    found = await admin.call("system_manage.roles.get", role_id=role.id)
    assert {"updated": as_snapshot(answer, events), "found": as_snapshot(found)} == snapshot


@pytest.mark.parametrize("scope", ["all", "scope", "self"])
async def test_another_scope_has_no_departments(scope: str, signed_in: SignedIn) -> None:
    admin, role, ids = await signed_in("R_ADMIN"), await auditors(), await ids_of("RD")
    await set_scope(admin, role, data_scope="custom", department_ids=ids)
    async with unchanged():
        answer = await set_scope(admin, role, data_scope=scope, department_ids=ids)
    assert (answer.code, answer.wrong_fields) == ("1200", ["departmentIds"])
    for nothing in ({}, {"departmentIds": None}, {"departmentIds": []}):
        assert (await set_scope(admin, role, data_scope=scope, **nothing)).code == "0000"
    assert (await Role.get(id=role.id)).data_scope == scope
    assert not await RoleScope.filter(role=role).exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"data_scope": "custom"}, "1200"),
        ({"data_scope": "custom", "departmentIds": None}, "1200"),
        ({"data_scope": "none"}, "1200"),
        ({"departmentIds": []}, "1200"),
        ({"data_scope": "custom", "department_ids": [999_999]}, "1101"),
    ],
    ids=str,
)
async def test_refused(fields: dict[str, Any], code: str, signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    async with unchanged():
        assert (await set_scope(admin, role, **fields)).code == code
        assert (await set_scope(admin, Role(id=999_999), data_scope="self")).code == "1101"


async def test_a_department_that_was_deleted(signed_in: SignedIn) -> None:
    admin, role, legal = await signed_in("R_ADMIN"), await auditors(), await Department.create(name="Legal", code="LE")
    await legal.delete()
    async with unchanged():
        answer = await set_scope(admin, role, data_scope="custom", department_ids=[legal.id])
    assert (answer.code, answer.body["msg"]) == ("1101", "There is no such department.")


async def test_the_id_of_a_user_is_none_of_a_department(signed_in: SignedIn) -> None:
    admin, role, user = await signed_in("R_ADMIN"), await auditors(), await User.get(user_name="User")
    user_id = (await admin.call("system_manage.users.get", user_id=user.id)).data["id"]
    answer = await set_scope(admin, role, data_scope="custom", departmentIds=[user_id])
    assert (answer.code, answer.wrong_fields) == ("1200", ["departmentIds.0"])


@pytest.mark.usefixtures("limited_admin")
async def test_no_one_lets_others_reach_further_than_themselves(signed_in: SignedIn) -> None:
    admin, soybean, role = await signed_in("R_ADMIN"), await signed_in("R_SUPER"), await auditors()
    await role.apis.add(await Api.get(route_key="hr.employees.search"))
    further = [{"data_scope": "all"}, {"data_scope": "scope"}]
    further.append({"data_scope": "custom", "department_ids": await ids_of("RD")})  # pyright: ignore[reportArgumentType]  a body of another type than the first
    for scope in further:
        async with unchanged():
            assert (await set_scope(admin, role, **scope)).code == "2201"
        assert (await set_scope(soybean, role, **scope)).code == "0000"
        assert (await set_scope(admin, role, data_scope="self")).code == "0000"


async def test_no_one_lets_their_own_role_reach_further(signed_in: SignedIn) -> None:
    admin, own = await signed_in("R_ADMIN"), await Role.get(role_code="R_ADMIN")
    assert (await set_scope(admin, own, data_scope="custom", department_ids=await ids_of("RD"))).code == "0000"
    for scope in [{"data_scope": "all"}, {"data_scope": "custom", "department_ids": await ids_of("RD", "SA")}]:
        async with unchanged():
            assert (await set_scope(admin, own, **scope)).code == "2201"


async def test_of_the_super_role(signed_in: SignedIn) -> None:
    admin, soybean, role = await signed_in("R_ADMIN"), await signed_in("R_SUPER"), await Role.get(role_code="R_SUPER")
    async with unchanged():
        assert (await set_scope(admin, role, data_scope="self")).code == "2206"
        assert (await set_scope(soybean, role, data_scope="self")).code == "2307"
    assert (await set_scope(soybean, role, data_scope="all")).code == "0000"


async def test_of_two_lists_at_once_one_is_in_force(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    lists = [await ids_of("RD", "HR"), await ids_of("SA")]
    calls = [set_scope(admin, role, data_scope="custom", department_ids=each) for each in lists * 3]
    assert {answer.code for answer in await asyncio.gather(*calls)} == {"0000"}
    found = await RoleScope.filter(role=role).order_by("row_id")
    assert sorted([row.row_id for row in found]) in [sorted(each) for each in lists]


async def auditors() -> Role:
    return await Role.create(role_name="Auditors", role_code="R_AUDIT")


async def set_scope(caller: Caller, role: Role, **fields: object) -> Answer:
    return await caller.call("system_manage.roles.set_data_scope", role_id=role.id, **fields)


async def ids_of(*codes: str) -> list[int]:
    return [(await Department.get(code=code)).id for code in codes]

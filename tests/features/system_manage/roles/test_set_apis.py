"""system_manage.roles.set_apis"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Api, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged

NAMES = ["hr.employees.get", "system_manage.users.get", "system_manage.users.search"]


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    soybean, role = await signed_in("R_SUPER"), await auditors()
    answer = await set_apis(soybean, role, by_role_api_ids=await ids_of(*NAMES[1:]))
    assert as_snapshot(answer, events) == snapshot
    assert await apis_of(role) == NAMES[1:]
    await set_apis(soybean, role, by_role_api_ids=[])
    assert await apis_of(role) == []


@pytest.mark.parametrize("nothing", [{}, {"byRoleApiIds": None}, {"byRoleApiIds": ""}], ids=str)
async def test_left_out(nothing: dict[str, object], signed_in: SignedIn) -> None:
    """It is no wish for none."""
    soybean, role = await signed_in("R_SUPER"), await auditors()
    async with unchanged():
        answer = await set_apis(soybean, role, **nothing)
    assert (answer.code, answer.wrong_fields) == ("1200", ["byRoleApiIds"])


async def test_not_there(signed_in: SignedIn) -> None:
    soybean, role = await signed_in("R_SUPER"), await auditors()
    async with unchanged():
        assert (await set_apis(soybean, role, by_role_api_ids=[*await ids_of(NAMES[0]), 999_999])).code == "1101"
        assert (await set_apis(soybean, Role(id=999_999), by_role_api_ids=[])).code == "1101"


@pytest.mark.usefixtures("limited_admin")
async def test_use_cases_that_one_does_not_hold(signed_in: SignedIn) -> None:
    """Those that the role has already stay, or go."""
    admin, role = await signed_in("R_ADMIN"), await auditors()
    async with unchanged():
        answer = await set_apis(admin, role, by_role_api_ids=await ids_of(*NAMES, "hr.employees.search"))
    assert (answer.code, answer.body["msg"]) == ("2201", "You may not grant what you do not hold: hr.employees.search.")
    assert (await set_apis(admin, role, by_role_api_ids=await ids_of(*NAMES))).code == "0000"
    assert (await set_apis(admin, role, by_role_api_ids=[])).code == "0000"


@pytest.mark.usefixtures("limited_admin")
async def test_nobody_widens_their_own_role(signed_in: SignedIn) -> None:
    """What it would grant to them afterwards, they do not hold yet."""
    admin, own = await signed_in("R_ADMIN"), await Role.get(role_code="R_ADMIN")
    kept = [api.id for api in await own.apis]
    async with unchanged():
        answer = await set_apis(admin, own, by_role_api_ids=[*kept, *await ids_of("hr.employees.search")])
    assert (answer.code, answer.body["msg"]) == ("2201", "You may not grant what you do not hold: hr.employees.search.")
    assert (await set_apis(admin, own, by_role_api_ids=kept)).code == "0000"


async def test_every_use_case(signed_in: SignedIn) -> None:
    soybean, role = await signed_in("R_SUPER"), await auditors()
    every = [api.id for api in await Api.all()]
    assert (await set_apis(soybean, role, by_role_api_ids=every)).code == "0000"
    assert await role.apis.all().count() == len(every)


async def test_of_two_lists_at_once_one_is_in_force(signed_in: SignedIn) -> None:
    soybean, role = await signed_in("R_SUPER"), await auditors()
    lists = [await ids_of(*NAMES[:2]), await ids_of(NAMES[2])]
    answers = await asyncio.gather(*(set_apis(soybean, role, by_role_api_ids=each) for each in lists * 4))
    assert {answer.code for answer in answers} == {"0000"}
    assert await apis_of(role) in (NAMES[:2], NAMES[2:])


async def auditors() -> Role:
    """Who hold the first of the use cases, as far as it is about themselves."""
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT")
    await role.apis.add(await Api.get(route_key=NAMES[0]))
    return role


async def set_apis(caller: Caller, role: Role, **fields: object) -> Answer:
    return await caller.call("system_manage.roles.set_apis", role_id=role.id, **fields)


async def ids_of(*names: str) -> list[int]:
    return [(await Api.get(route_key=name)).id for name in names]


async def apis_of(role: Role) -> list[str]:
    return sorted([api.route_key for api in await role.apis])

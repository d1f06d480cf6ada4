"""system_manage.roles.update"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel.identity.models import Api, Menu, Role, RoleScope, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import page
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, role, home = await signed_in("R_ADMIN"), await auditors(), await page(1)
    changes = {"roleName": "Controllers", "roleCode": "R_CONTROL", "roleDesc": "They count.", "dataScope": "all"}
    updated = await update(admin, role, **changes, by_role_home_id=home.id)
    found = await admin.call("system_manage.roles.get", role_id=role.id)
    assert {"updated": as_snapshot(updated, events), "found": as_snapshot(found)} == snapshot


async def test_only_what_is_sent(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    before = await row(role)
    await update(admin, role)
    assert await row(role) == before
    await update(admin, role, roleName="Controllers")
    assert await row(role) == before | {"role_name": "Controllers", "updated_by": "Admin"}
    await update(admin, role, roleDesc="", byRoleHomeId="")
    assert await row(role) == before | {
        "role_name": "Controllers",
        "role_desc": None,
        "home_id": None,
        "updated_by": "Admin",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roleName": ""}, "2605"),
        ({"roleName": None}, "2605"),
        ({"roleCode": ""}, "2606"),
        ({"roleCode": None}, "2606"),
        ({"roleCode": "R_USER"}, "2301"),
        ({"roleCode": "R_SUPER"}, "2301"),
        ({"by_role_home_id": 999_999}, "1101"),
        ({"dataScope": None}, "1200"),
        ({"statusType": ""}, "1200"),
    ],
    ids=str,
)
async def test_refused(changes: dict[str, Any], code: str, signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    async with unchanged():
        assert (await update(admin, role, **{"roleDesc": "They count."} | changes)).code == code
        assert (await update(admin, Role(id=999_999), roleDesc="They count.")).code == "1101"


@pytest.mark.parametrize(
    "change",
    [{"roleCode": "R_KING"}, {"statusType": "2"}, *({"dataScope": scope} for scope in ("self", "scope", "custom"))],
    ids=str,
)
async def test_the_super_role_stays_what_it_is(change: dict[str, str], signed_in: SignedIn) -> None:
    """For everybody: who is a super administrator may change it (2206 would be untrue), but not that."""
    soybean, role = await signed_in("R_SUPER"), await Role.get(role_code="R_SUPER")
    async with unchanged():
        answer = await update(soybean, role, roleName="King", **change)
    assert (answer.code, answer.body["msg"].startswith("R_SUPER cannot be ")) == ("2307", True)


async def test_the_super_role_is_changed_by_super_administrators_only(signed_in: SignedIn) -> None:
    admin, soybean, role = await signed_in("R_ADMIN"), await signed_in("R_SUPER"), await Role.get(role_code="R_SUPER")
    async with unchanged():
        for change in ({"roleName": "King"}, {"statusType": "2"}, {}):
            assert (await update(admin, role, **change)).code == "2206"
    same = {"roleCode": "R_SUPER", "statusType": "1", "dataScope": "all"}
    assert (await update(soybean, role, roleName="King", **same)).code == "0000"
    assert (await Role.get(id=role.id)).role_name == "King"


@pytest.mark.usefixtures("limited_admin")
async def test_no_one_widens_or_enables_what_they_do_not_hold(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    await role.apis.add(await Api.get(route_key="hr.employees.search"))
    async with unchanged():
        answer = await update(admin, role, dataScope="all")
    assert (answer.code, answer.body["msg"]) == (
        "2201",
        "You may not grant what you do not hold: hr.employees.search for the data scope all.",
    )
    assert (await update(admin, role, statusType="2")).code == "0000"
    async with unchanged():
        assert (await update(admin, role, statusType="1")).code == "2201"


async def test_no_one_widens_their_own_role(signed_in: SignedIn) -> None:
    admin, own = await signed_in("R_ADMIN"), await Role.get(role_code="R_ADMIN")
    assert (await update(admin, own, dataScope="self")).code == "0000"
    async with unchanged():
        assert (await update(admin, own, dataScope="all")).code == "2201"


@pytest.mark.usefixtures("limited_admin")
async def test_no_one_gives_another_code_to_what_they_do_not_hold(signed_in: SignedIn) -> None:
    """Rules of modules give roles by their codes: R_USER to whoever registers."""
    admin, role = await signed_in("R_ADMIN"), await auditors()
    await role.apis.add(await Api.get(route_key="hr.employees.search"))
    async with unchanged():
        answer = await update(admin, role, roleCode="R_OTHER")
    assert (answer.code, answer.body["msg"]) == (
        "2201",
        "You may not grant R_OTHER, which holds what you do not hold: hr.employees.search.",
    )
    assert (await update(await signed_in("R_SUPER"), role, roleCode="R_OTHER")).code == "0000"


async def test_a_declared_code_is_brought_back_by_super_administrators_only(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_DEPT_MGR").update(role_code="R_GONE")
    admin, role = await signed_in("R_ADMIN"), await auditors()
    async with unchanged():
        assert (await update(admin, role, roleCode="R_DEPT_MGR")).code == "2206"
    assert (await update(await signed_in("R_SUPER"), role, roleCode="R_DEPT_MGR")).code == "0000"


async def test_a_code_that_use_cases_ask_for_is_for_its_holders_to_give(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.rbac.grants.asked_for_by_name", {"R_KEEPER"})
    admin, role = await signed_in("R_ADMIN"), await auditors()
    async with unchanged():
        assert (await update(admin, role, roleCode="R_KEEPER")).code == "2201"
    assert (await update(await signed_in("R_SUPER"), role, roleCode="R_KEEPER")).code == "0000"
    assert (await update(admin, role, roleName="Keepers")).code == "0000"


async def test_another_scope_forgets_the_departments(signed_in: SignedIn) -> None:
    """Or they would be in force again, unseen, when it is `custom` once more."""
    admin, role, department = await signed_in("R_ADMIN"), await auditors(), await Department.get(code="RD")
    departments = {"data_scope": "custom", "department_ids": [department.id]}
    await admin.call("system_manage.roles.set_data_scope", role_id=role.id, **departments)
    await update(admin, role, roleName="Controllers", dataScope="custom")
    assert await RoleScope.filter(role=role).count() == 1
    await update(admin, role, dataScope="self")
    await update(admin, role, dataScope="custom")
    assert not await RoleScope.filter(role=role).exists()


async def test_of_many_at_once_none_is_lost(signed_in: SignedIn) -> None:
    admin, role, api = await signed_in("R_ADMIN"), await auditors(), await Api.get(route_key="system_manage.roles.get")
    changes = [
        {"roleName": "Controllers"},
        {"roleDesc": "They count."},
        {"roleCode": "R_CONTROL"},
        {"dataScope": "all"},
    ]
    calls = [update(admin, role, **each) for each in changes]
    calls.append(admin.call("system_manage.roles.set_apis", role_id=role.id, by_role_api_ids=[api.id]))
    assert {answer.code for answer in await asyncio.gather(*calls)} == {"0000"}
    expected = {"role_name": "Controllers", "role_desc": "They count.", "role_code": "R_CONTROL", "data_scope": "all"}
    assert (await row(role)).items() >= expected.items()
    assert await role.apis.all().count() == 1


async def test_a_disabled_role_can_be_edited(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    await update(admin, role, statusType="2")
    assert (await update(admin, role, roleName="Controllers")).code == "0000"
    assert (await update(admin, role, statusType="1")).code == "0000"


async def auditors() -> Role:
    home = await Menu.get(route_name="home")
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT", role_desc="They look.", home=home)
    await role.users.add(await User.get(user_name="User"))  # pyright: ignore[reportAttributeAccessIssue]  the other side of a relation
    return role


async def update(caller: Caller, role: Role, **changes: object) -> Answer:
    return await caller.call("system_manage.roles.update", role_id=role.id, **changes)


async def row(role: Role) -> dict[str, Any]:
    (found,) = await Role.filter(id=role.id).values()
    return found

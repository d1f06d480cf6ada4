"""system_manage.roles.set_buttons"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Button, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import button
from tests.state import unchanged

NAMES = ["B_HR_EMP_ONBOARD", "B_HR_EMP_TRANSFER", "B_HR_DEPT_EDIT"]


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    soybean, role = await signed_in("R_SUPER"), await auditors()
    answer = await set_buttons(soybean, role, by_role_button_ids=[(await button(1)).id, (await button(2)).id])
    found = await soybean.call("system_manage.roles.get_buttons", role_id=role.id)
    assert {"updated": as_snapshot(answer, events), "found": as_snapshot(found)} == snapshot
    await set_buttons(soybean, role, by_role_button_ids=[])
    assert await role.buttons.all().count() == 0


@pytest.mark.parametrize("nothing", [{}, {"byRoleButtonIds": None}, {"byRoleButtonIds": ""}], ids=str)
async def test_left_out(nothing: dict[str, object], signed_in: SignedIn) -> None:
    """It is no wish for none."""
    soybean, role = await signed_in("R_SUPER"), await auditors()
    async with unchanged():
        answer = await set_buttons(soybean, role, **nothing)
    assert (answer.code, answer.wrong_fields) == ("1200", ["byRoleButtonIds"])


async def test_not_there(signed_in: SignedIn) -> None:
    soybean, role = await signed_in("R_SUPER"), await auditors()
    async with unchanged():
        assert (await set_buttons(soybean, role, by_role_button_ids=[*await ids_of(NAMES[0]), 999_999])).code == "1101"
        assert (await set_buttons(soybean, Role(id=999_999), by_role_button_ids=[])).code == "1101"


@pytest.mark.usefixtures("limited_admin")
async def test_buttons_that_one_does_not_hold(signed_in: SignedIn) -> None:
    admin, role = await signed_in("R_ADMIN"), await auditors()
    async with unchanged():
        answer = await set_buttons(admin, role, by_role_button_ids=await ids_of(*NAMES))
    named = "B_HR_DEPT_EDIT, B_HR_EMP_TRANSFER"
    assert (answer.code, answer.body["msg"]) == ("2201", f"You may not grant what you do not hold: {named}.")
    assert (await set_buttons(admin, role, by_role_button_ids=[])).code == "0000"


@pytest.mark.usefixtures("limited_admin")
async def test_nobody_widens_their_own_role(signed_in: SignedIn) -> None:
    admin, own = await signed_in("R_ADMIN"), await Role.get(role_code="R_ADMIN")
    async with unchanged():
        assert (await set_buttons(admin, own, by_role_button_ids=await ids_of(*NAMES))).code == "2201"


async def auditors() -> Role:
    """Who hold the first of the buttons."""
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT")
    await role.buttons.add(await Button.get(button_code=NAMES[0]))
    return role


async def set_buttons(caller: Caller, role: Role, **fields: object) -> Answer:
    return await caller.call("system_manage.roles.set_buttons", role_id=role.id, **fields)


async def ids_of(*names: str) -> list[int]:
    return [(await Button.get(button_code=name)).id for name in names]

"""What roles grant, kept in process: read once for all who wait, never half of one version and half of another."""

import asyncio
from dataclasses import replace

import pytest
from tortoise.exceptions import OperationalError

from kernel import DataScope, Status
from kernel.identity import grants as module
from kernel.identity.changes import grants_changed
from kernel.identity.grants import Grants, grants_at, grants_version, kept_grants, read_grants, version_column
from kernel.identity.models import Api, Button, Menu, Role, RoleScope, User
from kernel.unit_of_work.transaction import transaction
from tests.conftest import Counting

pytestmark = pytest.mark.usefixtures("app")

STATEMENTS = 7
"""Which reading all of it costs: the version, before and after it, roles, APIs, buttons, rows, what is switched off."""


async def shop() -> Role:
    """A role that grants some of everything."""
    role = await Role.create(role_name="Shop", role_code="R_SHOP", data_scope=DataScope.CUSTOM)
    await role.apis.add(*await Api.filter(route_key__in=["hr.employees.get", "hr.employees.search"]))
    await role.buttons.add(await Button.create(button_code="B_SELL", button_desc="Sell", menu=await Menu.first()))
    for subject, row_id in (("department", 3), ("department", 5), ("store", 3)):
        await RoleScope.create(role=role, subject=subject, row_id=row_id)
    return role


async def change() -> int:
    """Move the version. Returns it."""
    async with transaction(__name__):
        await grants_changed()
    return await grants_version()


async def test_what_a_role_grants() -> None:
    role = await shop()
    found = await read_grants()
    held = found.roles[role.id]
    assert (held.id, held.code, held.data_scope) == (role.id, "R_SHOP", DataScope.CUSTOM)
    assert held.apis == {"hr.employees.get", "hr.employees.search"}
    assert held.buttons == {"B_SELL"}
    assert held.scope_rows == {"department": {3, 5}, "store": {3}}
    assert found.version == await grants_version()


async def test_a_role_that_is_disabled_grants_nothing_until_it_is_enabled() -> None:
    role = await shop()
    await Role.filter(id=role.id).update(status_type=Status.DISABLED)
    found = await read_grants()
    assert role.id not in found.roles
    assert found.of([role.id]) == ()
    assert found.of([role.id, (soybean := await Role.get(role_code="R_SUPER")).id])[0].code == soybean.role_code
    assert (await read_grants([role.id])).roles[role.id].apis == {"hr.employees.get", "hr.employees.search"}


async def test_what_is_switched_off() -> None:
    assert (await read_grants()).switched_off == frozenset()
    await Api.filter(route_key="hr.employees.get").update(status_type=Status.DISABLED)
    assert (await read_grants()).switched_off == {"hr.employees.get"}


async def test_it_is_read_when_the_version_has_moved_and_not_again(counting: Counting) -> None:
    version = await change()
    with counting() as first:
        found = await grants_at(version)
    with counting() as second:
        assert await grants_at(version) is found is kept_grants()
        assert await grants_at(version - 1) is found  # of somebody who has asked before it moved
    assert (len(first.statements), len(second.statements)) == (STATEMENTS, 0)


async def test_however_many_wait_it_is_read_once(counting: Counting) -> None:
    version = await change()
    with counting() as cost:
        found = await asyncio.gather(*(grants_at(version) for _ in range(50)))
    assert len(cost.statements) == STATEMENTS
    assert {each.version for each in found} == {version}


async def test_whoever_goes_away_takes_it_from_nobody() -> None:
    version = await change()
    first, second = asyncio.create_task(grants_at(version)), asyncio.create_task(grants_at(version))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).version == version


async def test_if_it_cannot_be_read_all_who_wait_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    version, tries = await change(), 0

    async def fail() -> Grants:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)
        raise OperationalError("no connection was free")

    with monkeypatch.context() as patch:
        patch.setattr(module, "read_grants", fail)
        ends = await asyncio.gather(*(grants_at(version) for _ in range(50)), return_exceptions=True)
    assert {type(end) for end in ends} == {OperationalError}
    assert tries == 1
    assert (await grants_at(version)).version == version


async def test_what_changes_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that is given a use case as its data scope is narrowed must not have been seen with both, for a moment."""
    role, version = await shop(), await change()
    added = "hr.departments.get"

    async def read_while_it_changes() -> Grants:
        before = await read_grants()
        if before.version != version:
            return before
        async with transaction(__name__):
            await grants_changed()
            await Role.filter(id=role.id).update(data_scope=DataScope.SELF)
            await role.apis.add(await Api.get(route_key=added))
        apis = (await read_grants()).roles[role.id].apis
        return replace(before, roles={role.id: replace(before.roles[role.id], apis=apis)})

    monkeypatch.setattr(module, "read_grants", read_while_it_changes)
    held = (await grants_at(version)).roles[role.id]
    assert (held.data_scope, added in held.apis) == (DataScope.SELF, True)
    assert kept_grants().version == version + 1


async def test_it_may_move_while_one_waits_for_the_version_before() -> None:
    older = await change()
    waiting = [asyncio.create_task(grants_at(older)) for _ in range(5)]
    newer = await change()
    found = await asyncio.gather(*waiting, *(grants_at(newer) for _ in range(5)))
    assert {each.version for each in found[5:]} == {newer}
    assert {each.version for each in found} <= {older, newer}


async def test_the_version_is_a_column_of_another_statement(counting: Counting) -> None:
    version = await change()
    with counting() as cost:
        found = await User.filter(user_name="User").annotate(version=version_column()).values("user_name", "version")
    assert (found, len(cost.statements)) == ([{"user_name": "User", "version": version}], 1)

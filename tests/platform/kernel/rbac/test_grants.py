"""What counts as not held, and who may give what. What a caller sees of it is in `tests/features/system_manage/`."""

from collections.abc import Iterable

import pytest

from kernel.context import Actor, DataScope, HeldRole, set_actor
from kernel.errors.refusals import Refusal
from kernel.identity.grants import read_grants
from kernel.identity.models import Api, Button, Menu, Role, RoleScope, User
from kernel.rbac.grants import (
    Holding,
    changing_grants,
    ensure_may_grant,
    ensure_may_manage,
    holding_of,
    keeping_a_super_admin,
)
from kernel.schema.types import Status
from kernel.unit_of_work.transaction import transaction

pytestmark = pytest.mark.usefixtures("app")


def holds(
    *apis: str,
    scope: DataScope = DataScope.SELF,
    rows: Iterable[int] = (),
    buttons: Iterable[str] = (),
    menus: Iterable[str] = (),
    code: str = "R_SOME",
) -> Holding:
    role = HeldRole(
        id=1,
        code=code,
        data_scope=scope,
        scope_rows={"department": frozenset(rows)} if rows else {},
        apis=frozenset(apis),
        buttons=frozenset(buttons),
    )
    return Holding(roles=(role,), menus=frozenset(menus))


SELF, CUSTOM, SCOPE, ALL = DataScope.SELF, DataScope.CUSTOM, DataScope.SCOPE, DataScope.ALL
HELD = (
    holds("shop.sell", scope=SCOPE)
    | holds("shop.buy", scope=ALL, buttons=["B_SELL"], menus=["shop"])
    | holds("shop.rent", scope=CUSTOM, rows=[1, 2])
    | holds("shop.rent", scope=CUSTOM, rows=[3])
)
NOT_HELD = {
    "nothing": (Holding(), []),
    "the same": (HELD, []),
    "another use case": (holds("shop.lend"), ["shop.lend"]),
    "one's own of it, for what one is in charge of": (holds("shop.sell", scope=SELF), []),
    "what one is in charge of, for all": (holds("shop.buy", scope=SCOPE), []),
    "some rows, for all": (holds("shop.buy", scope=CUSTOM, rows=[7]), []),
    "all, for what one is in charge of": (holds("shop.sell", scope=ALL), ["shop.sell for the data scope all"]),
    "some rows, for what one is in charge of": (
        holds("shop.sell", scope=CUSTOM, rows=[1]),
        ["shop.sell for the data scope custom"],
    ),
    "what one is in charge of, for some rows": (
        holds("shop.rent", scope=SCOPE),
        ["shop.rent for the data scope scope"],
    ),
    "the same rows of several roles": (holds("shop.rent", scope=CUSTOM, rows=[1, 3]), []),
    "one row more": (holds("shop.rent", scope=CUSTOM, rows=[1, 4]), ["shop.rent for the data scope custom"]),
    "no rows": (holds("shop.rent", scope=CUSTOM), []),
    "buttons": (holds(buttons=["B_LEND", "B_SELL", "B_BUY"]), ["B_BUY", "B_LEND"]),
    "a page": (holds(menus=["shop", "office"]), ["page office"]),
    "a scope that reaches nothing, as no use case goes with it": (holds(scope=ALL), []),
}


@pytest.mark.parametrize("what", NOT_HELD)
def test_what_counts_as_not_held(what: str) -> None:
    """A use case that is held for some rows is not held for others."""
    granted, excess = NOT_HELD[what]
    assert granted.beyond(HELD) == excess


def test_a_role_that_slices_ask_for_by_its_name_grants_more_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.rbac.grants.asked_for_by_name", {"R_KEEPER"})
    assert holds(code="R_KEEPER").beyond(HELD) == ["role R_KEEPER"]
    assert holds(code="R_KEEPER").beyond(holds(code="R_KEEPER")) == []


async def role(code: str, scope: DataScope = SELF, *, api: str | None = None) -> Role:
    made = await Role.create(role_name=code, role_code=code, data_scope=scope)
    if api:
        await made.apis.add(await Api.get(route_key=api))
    return made


async def act_as(*roles: Role, is_super: bool = False) -> None:
    held = (await read_grants([each.id for each in roles])).roles.values()
    user = await User.create(user_name="ann", password_hash="x")
    await user.roles.add(*roles)
    set_actor(Actor(user_id=user.id, user_name="ann", held=tuple(held), is_super=is_super))


async def test_what_roles_hold_is_what_the_tables_say() -> None:
    sees = await role("R_SEES", CUSTOM, api="hr.employees.search")
    await sees.buttons.add(await Button.get(button_code="B_HR_EMP_ONBOARD"))
    await sees.menus.add(await Menu.get(route_name="hr"))
    await RoleScope.create(role=sees, subject="department", row_id=5)
    held = HeldRole(
        id=sees.id,
        code="R_SEES",
        data_scope=CUSTOM,
        scope_rows={"department": frozenset([5])},
        apis=frozenset(["hr.employees.search"]),
        buttons=frozenset(["B_HR_EMP_ONBOARD"]),
    )
    assert await holding_of([sees.id]) == Holding(roles=(held,), menus=frozenset(["hr"]))


async def test_a_disabled_role_may_be_enabled_one_day() -> None:
    await role("R_SLEEPING", api="hr.employees.search")
    await Role.filter(role_code="R_SLEEPING").update(status_type="2")
    await act_as()
    with pytest.raises(Refusal, match=r"2201 You may not grant R_SLEEPING, .*: hr.employees.search\."):
        await ensure_may_grant(["R_SLEEPING"])


async def test_a_role_that_grants_nothing_is_anybodys_to_grant() -> None:
    await role("R_NOTHING", ALL)
    await act_as()
    await ensure_may_grant(["R_NOTHING", "R_NOT_THERE"])


async def test_a_super_administrator_may() -> None:
    await act_as(is_super=True)
    await ensure_may_grant(["R_SUPER", "R_HR_MANAGER"])
    await ensure_may_manage([(await User.get(user_name="Super")).id])


async def test_an_account_that_holds_more_is_not_managed() -> None:
    """Its password would be the way to what it holds."""
    mine = await role("R_MINE", api="hr.employees.search")
    await act_as(mine)
    hanmei, soybean = await User.get(user_name="hanmei"), await User.get(user_name="Soybean")
    nobody = await User.create(user_name="nobody", password_hash="x")
    await ensure_may_manage([nobody.id])
    with pytest.raises(Refusal, match="2201 You may not manage hanmei"):
        await ensure_may_manage([nobody.id, hanmei.id])
    with pytest.raises(Refusal, match="2206"):
        await ensure_may_manage([soybean.id])


async def test_a_role_is_given_only_what_one_holds_and_keeps_what_it_had() -> None:
    mine, other = await role("R_MINE", SCOPE, api="hr.employees.search"), await role("R_OTHER", api="hr.employees.get")
    await act_as(mine)
    async with transaction(__name__), changing_grants(other.id):
        await other.apis.add(await Api.get(route_key="hr.employees.search"))
    with pytest.raises(Refusal, match=r"2201 .*: hr.departments.tree"):
        async with transaction(__name__), changing_grants(other.id):
            await other.apis.add(await Api.get(route_key="hr.departments.tree"))
    with pytest.raises(
        Refusal, match=r"2201 .*: hr.employees.get for the data scope all, hr.employees.search for the data scope all"
    ):
        async with transaction(__name__), changing_grants(other.id):
            await Role.filter(id=other.id).update(data_scope=ALL)
    assert (await holding_of([other.id])).roles[0].apis == {"hr.employees.get", "hr.employees.search"}


async def test_a_role_reaches_no_further_by_who_does_not_hold_what_it_grants() -> None:
    """That it granted a use case for some rows is no reason to grant it for more; for fewer anybody may."""
    other = await role("R_OTHER", SCOPE, api="hr.employees.get")
    await act_as()
    with pytest.raises(Refusal, match=r"2201 .*: hr.employees.get for the data scope all\."):
        async with transaction(__name__), changing_grants(other.id):
            await Role.filter(id=other.id).update(data_scope=ALL)
    async with transaction(__name__), changing_grants(other.id):
        await Role.filter(id=other.id).update(data_scope=SELF)
    with pytest.raises(Refusal, match=r"2201 .*: hr.employees.get for the data scope scope\."):
        async with transaction(__name__), changing_grants(other.id):
            await Role.filter(id=other.id).update(data_scope=SCOPE)


async def test_a_custom_role_is_given_the_rows_that_one_holds_beside_those_that_it_had() -> None:
    mine, other = (
        await role("R_MINE", CUSTOM, api="hr.employees.get"),
        await role("R_OTHER", CUSTOM, api="hr.employees.get"),
    )
    await RoleScope.create(role=mine, subject="department", row_id=1)
    await RoleScope.create(role=other, subject="department", row_id=2)
    await act_as(mine)
    async with transaction(__name__), changing_grants(other.id):
        await RoleScope.create(role=other, subject="department", row_id=1)
    with pytest.raises(Refusal, match=r"2201 .*: hr.employees.get for the data scope custom\."):
        async with transaction(__name__), changing_grants(other.id):
            await RoleScope.create(role=other, subject="department", row_id=3)


async def test_a_role_that_one_held_when_the_request_began_counts_no_more() -> None:
    mine, other = await role("R_MINE", api="hr.employees.search"), await role("R_OTHER")
    await act_as(mine)
    await Role.filter(id=mine.id).update(status_type=Status.DISABLED)
    with pytest.raises(Refusal, match=r"2201 .*: hr.employees.search"):
        async with transaction(__name__), changing_grants(other.id):
            await other.apis.add(await Api.get(route_key="hr.employees.search"))


async def test_who_enables_a_role_gives_all_that_it_holds() -> None:
    other = await role("R_OTHER", api="hr.employees.get")
    await Role.filter(id=other.id).update(status_type=Status.DISABLED)
    await act_as()
    with pytest.raises(Refusal, match=r"2201 .*: hr.employees.get"):
        async with transaction(__name__), changing_grants(other.id):
            await Role.filter(id=other.id).update(status_type=Status.ENABLED)
    async with transaction(__name__), changing_grants(other.id):
        await Role.filter(id=other.id).update(role_desc="Left as it is.")


async def test_one_super_administrator_remains() -> None:
    async with transaction(__name__), keeping_a_super_admin():
        await User.filter(user_name="Super").update(status_type=Status.DISABLED)
    with pytest.raises(Refusal, match="2307"):
        async with transaction(__name__), keeping_a_super_admin():
            await User.filter(user_name="Soybean").update(status_type=Status.DISABLED)

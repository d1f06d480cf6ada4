"""What roles grant, and who may grant them. Who may create whom is in `tests/features/system_manage/users/test_create.py`."""

import pytest

from kernel.context import Actor, DataScope, set_actor
from kernel.errors.refusals import Refusal
from kernel.identity.models import Api, Button, Menu, Role
from kernel.rbac.grants import Grants, ensure_may_grant, held_by

pytestmark = pytest.mark.usefixtures("app")

HELD = Grants(
    apis={"shop.sell": DataScope.SCOPE, "shop.buy": DataScope.ALL},
    buttons=frozenset({"B_SELL"}),
    menus=frozenset({"shop"}),
)


@pytest.mark.parametrize(
    ("granted", "excess"),
    [
        (Grants(), []),
        (HELD, []),
        (Grants(apis={"shop.sell": DataScope.SELF, "shop.buy": DataScope.ALL}), []),
        (Grants(apis={"shop.sell": DataScope.ALL}), ["shop.sell for the data scope all"]),
        (Grants(apis={"shop.lend": DataScope.SELF}), ["shop.lend"]),
        (Grants(buttons=frozenset({"B_LEND", "B_SELL", "B_BUY"})), ["B_BUY", "B_LEND"]),
        (Grants(menus=frozenset({"shop", "office"})), ["page office"]),
    ],
)
def test_what_goes_beyond_what_is_held(granted: Grants, excess: list[str]) -> None:
    """A use case that is held for some rows is not held for all."""
    assert granted.beyond(HELD) == excess


async def role(code: str, scope: DataScope, *, api: str | None = None) -> Role:
    made = await Role.create(role_name=code, role_code=code, data_scope=scope)
    if api:
        await made.apis.add(await Api.get(route_key=api))
    return made


async def test_a_use_case_is_held_for_the_widest_scope_of_the_roles_that_grant_it() -> None:
    """The scope of another role, wide as it may be, widens nothing."""
    sees = await role("R_SEES", DataScope.SELF, api="hr.employees.search")
    manages = await role("R_MANAGES", DataScope.SCOPE, api="hr.employees.search")
    everywhere = await role("R_EVERYWHERE", DataScope.ALL, api="hr.departments.tree")
    await sees.buttons.add(await Button.get(button_code="B_HR_EMP_ONBOARD"))
    await sees.menus.add(await Menu.get(route_name="hr"))
    held = await held_by(
        Actor(user_id=1, user_name="ann", role_scopes={r.id: r.data_scope for r in (sees, manages, everywhere)})
    )
    assert held == Grants(
        apis={"hr.employees.search": DataScope.SCOPE, "hr.departments.tree": DataScope.ALL},
        buttons=frozenset({"B_HR_EMP_ONBOARD"}),
        menus=frozenset({"hr"}),
    )


async def test_a_disabled_role_may_be_enabled_one_day() -> None:
    await role("R_SLEEPING", DataScope.SELF, api="hr.employees.search")
    await Role.filter(role_code="R_SLEEPING").update(status_type="2")
    set_actor(Actor(user_id=1, user_name="ann"))
    with pytest.raises(Refusal, match=r"2201 You may not grant R_SLEEPING, .*: hr.employees.search\."):
        await ensure_may_grant(["R_SLEEPING"])


async def test_a_role_that_grants_nothing_is_anybodys_to_grant() -> None:
    await role("R_NOTHING", DataScope.ALL)
    set_actor(Actor(user_id=1, user_name="ann"))
    await ensure_may_grant(["R_NOTHING", "R_NOT_THERE"])


async def test_a_super_administrator_may() -> None:
    set_actor(Actor(user_id=1, user_name="ann", is_super=True))
    await ensure_may_grant(["R_SUPER", "R_HR_MANAGER"])

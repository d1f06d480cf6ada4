"""Access rules: who passes, what the others are told, and what it costs to ask."""

from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from kernel import PUBLIC, SIGNED_IN, SUPER_ADMIN, Code, Refusal, Status, all_of, any_of
from kernel.auth.actor import authenticate
from kernel.context import current_actor, set_actor
from kernel.identity.models import Api, Button, Menu, Role, User
from kernel.rbac.authorize import Access, AccessRule, Requirement
from tests import state
from tests.callers import authorization
from tests.conftest import Counting

pytestmark = pytest.mark.usefixtures("app")

GRANTED = Access.GRANTED


@dataclass
class Caller:
    """A user as the table below needs them. Every role of theirs is granted the apis and the buttons."""

    roles: list[str] = field(default_factory=lambda: ["R_SHOP"])
    apis: list[str] = field(default_factory=lambda: ["shop.sell"])
    buttons: list[str] = field(default_factory=list)
    must_change_password: bool = False
    disabled_roles: list[str] = field(default_factory=list)


SUPER = Caller(["R_SUPER"], [])
KEEPER = Caller()
CLERK = Caller(buttons=["B_ONE"])
BOSS = Caller(["R_SHOP", "R_BOSS"], buttons=["B_ONE", "B_TWO"])
STRANGER = Caller(apis=[])
NOBODY = Caller([])
SUSPENDED = Caller(disabled_roles=["R_SHOP"])
NEWCOMER = Caller(must_change_password=True)
NEW_SUPER = Caller(["R_SUPER"], [], must_change_password=True)


@pytest_asyncio.fixture(autouse=True)
async def shop(app: object) -> None:
    """A use case, two buttons and two roles; a third one is granted it all, and nobody here holds that."""
    await Api.create(route_key="shop.sell", api_path="/sell", api_method="post", summary="Sell", tags=["shop"])
    home = await Menu.get(route_name="home")
    for code in ("B_ONE", "B_TWO"):
        await Button.create(button_code=code, button_desc=code, menu=home)
    for code in ("R_SHOP", "R_BOSS", "R_OTHER"):
        await Role.create(role_name=code, role_code=code)
    other = await Role.get(role_code="R_OTHER")
    await other.apis.add(await Api.get(route_key="shop.sell"))
    await other.buttons.add(*await Button.filter(button_code__in=["B_ONE", "B_TWO"]))


async def header_of(caller: Caller) -> str:
    user = await User.create(user_name="ann", password_hash="x", must_change_password=caller.must_change_password)
    for role in await Role.filter(role_code__in=caller.roles):
        await user.roles.add(role)
        await role.apis.add(*await Api.filter(route_key__in=caller.apis))
        await role.buttons.add(*await Button.filter(button_code__in=caller.buttons))
    await Role.filter(role_code__in=caller.disabled_roles).update(status_type=Status.DISABLED)
    return (await authorization("ann"))["Authorization"]


async def refusal(rule: AccessRule, header: str | None) -> Refusal | None:
    try:
        await rule.authorize(header)
    except Refusal as refused:
        return refused
    return None


def rule(
    access: Access = GRANTED, button: Requirement | None = None, roles: Requirement | None = None, **options: bool
) -> AccessRule:
    return AccessRule("shop.sell", access, button, roles, **options)


ONE, BOTH, EITHER = all_of("B_ONE"), all_of("B_ONE", "B_TWO"), any_of("B_ONE", "B_TWO")
BOSS_ONLY, ALL_ROLES, ANY_ROLE = all_of("R_BOSS"), all_of("R_SHOP", "R_BOSS"), any_of("R_BOSS", "R_ADMIN")

TABLE: list[tuple[AccessRule, Caller, Code | None]] = [
    # access alone
    (rule(PUBLIC), NOBODY, None),
    (rule(PUBLIC), NEWCOMER, None),
    (rule(SIGNED_IN), NOBODY, None),
    (rule(SIGNED_IN), SUSPENDED, None),
    (rule(SIGNED_IN), STRANGER, None),
    (rule(SIGNED_IN), NEWCOMER, Code.PASSWORD_CHANGE_REQUIRED),
    (rule(SIGNED_IN), NEW_SUPER, Code.PASSWORD_CHANGE_REQUIRED),
    (rule(SIGNED_IN, open_during_password_change=True), NEWCOMER, None),
    (rule(GRANTED), KEEPER, None),
    (rule(GRANTED), SUPER, None),
    (rule(GRANTED), STRANGER, Code.PERMISSION_DENIED),
    (rule(GRANTED), NOBODY, Code.USER_NO_ROLE),
    (rule(GRANTED), SUSPENDED, Code.USER_NO_ROLE),
    (rule(GRANTED), Caller(["R_SHOP", "R_BOSS"], disabled_roles=["R_SHOP"]), None),
    (rule(GRANTED), NEWCOMER, Code.PASSWORD_CHANGE_REQUIRED),
    (rule(GRANTED, open_during_password_change=True), NEWCOMER, None),
    (rule(GRANTED, open_during_password_change=True), Caller([], must_change_password=True), Code.USER_NO_ROLE),
    (rule(SUPER_ADMIN), SUPER, None),
    (rule(SUPER_ADMIN), KEEPER, Code.SUPER_ADMIN_ONLY),
    (rule(SUPER_ADMIN), NOBODY, Code.SUPER_ADMIN_ONLY),
    (rule(SUPER_ADMIN), Caller(["R_SUPER"], disabled_roles=["R_SUPER"]), Code.SUPER_ADMIN_ONLY),
    (rule(SUPER_ADMIN), NEW_SUPER, Code.PASSWORD_CHANGE_REQUIRED),
    # buttons
    (rule(button=ONE), CLERK, None),
    (rule(button=ONE), KEEPER, Code.MISSING_BUTTON_PERMISSION),
    (rule(button=ONE), SUPER, None),
    (rule(button=ONE), Caller(apis=[], buttons=["B_ONE"]), Code.PERMISSION_DENIED),
    (rule(button=BOTH), CLERK, Code.MISSING_BUTTON_PERMISSION),
    (rule(button=BOTH), BOSS, None),
    (rule(button=EITHER), CLERK, None),
    (rule(button=EITHER), BOSS, None),
    (rule(button=EITHER), KEEPER, Code.NEED_ANY_BUTTON_PERMISSION),
    (rule(button=EITHER), SUPER, None),
    (rule(SIGNED_IN, button=ONE), CLERK, None),
    (rule(SIGNED_IN, button=ONE), KEEPER, Code.MISSING_BUTTON_PERMISSION),
    (rule(SIGNED_IN, button=ONE), NOBODY, Code.MISSING_BUTTON_PERMISSION),
    (rule(SIGNED_IN, button=EITHER), NOBODY, Code.NEED_ANY_BUTTON_PERMISSION),
    (
        rule(SIGNED_IN, button=ONE),
        Caller(["R_SHOP"], buttons=["B_ONE"], disabled_roles=["R_SHOP"]),
        Code.MISSING_BUTTON_PERMISSION,
    ),
    # roles
    (rule(roles=BOSS_ONLY), BOSS, None),
    (rule(roles=BOSS_ONLY), KEEPER, Code.MISSING_ROLE),
    (rule(roles=BOSS_ONLY), SUPER, None),
    (rule(roles=ALL_ROLES), BOSS, None),
    (rule(roles=ALL_ROLES), KEEPER, Code.MISSING_ROLE),
    (rule(roles=ANY_ROLE), BOSS, None),
    (rule(roles=ANY_ROLE), KEEPER, Code.NEED_ANY_ROLE),
    (rule(roles=ANY_ROLE), SUPER, None),
    (rule(SIGNED_IN, roles=ANY_ROLE), NOBODY, Code.NEED_ANY_ROLE),
    (rule(SIGNED_IN, roles=BOSS_ONLY), Caller(["R_BOSS"], disabled_roles=["R_BOSS"]), Code.MISSING_ROLE),
    # both, in the order in which they are asked for
    (rule(button=ONE, roles=BOSS_ONLY), BOSS, None),
    (rule(button=ONE, roles=BOSS_ONLY), KEEPER, Code.MISSING_BUTTON_PERMISSION),
    (rule(button=ONE, roles=BOSS_ONLY), CLERK, Code.MISSING_ROLE),
    (rule(button=ONE, roles=BOSS_ONLY), STRANGER, Code.PERMISSION_DENIED),
]


@pytest.mark.parametrize(("rule", "caller", "code"), TABLE)
async def test_who_passes(rule: AccessRule, caller: Caller, code: Code | None) -> None:
    refused = await refusal(rule, await header_of(caller))
    assert (refused.code if refused else None) == code


@pytest.mark.parametrize("access", [SIGNED_IN, GRANTED, SUPER_ADMIN])
async def test_who_has_no_token_passes_nowhere_but_in_public(access: Access) -> None:
    refused = await refusal(rule(access), None)
    assert refused
    assert refused.code is Code.INVALID_TOKEN
    assert await refusal(rule(PUBLIC), None) is None
    assert await refusal(rule(PUBLIC), "Bearer nonsense") is None


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (KEEPER, Code.API_DISABLED),
        (STRANGER, Code.API_DISABLED),
        (NOBODY, Code.USER_NO_ROLE),
        (SUPER, None),
    ],
)
async def test_what_is_switched_off_is_off_for_all_but_super_admins(caller: Caller, code: Code | None) -> None:
    await Api.filter(route_key="shop.sell").update(status_type=Status.DISABLED)
    refused = await refusal(rule(button=ONE), await header_of(caller))
    assert (refused.code if refused else None) == code


async def test_what_is_in_no_table_is_granted_to_nobody() -> None:
    refused = await refusal(AccessRule("shop.nothing"), await header_of(KEEPER))
    assert refused
    assert (refused.code, refused.message) == (Code.PERMISSION_DENIED, "You lack the permission shop.nothing.")


@pytest.mark.parametrize(
    ("rule", "caller", "message"),
    [
        (rule(), STRANGER, "You lack the permission shop.sell."),
        (rule(button=BOTH), CLERK, "You lack: B_TWO."),
        (rule(button=EITHER), KEEPER, "You need one of: B_ONE, B_TWO."),
        (rule(roles=ALL_ROLES), KEEPER, "You lack: R_BOSS."),
        (rule(roles=ANY_ROLE), KEEPER, "You need one of: R_ADMIN, R_BOSS."),
    ],
)
async def test_the_refusal_names_what_is_missing(rule: AccessRule, caller: Caller, message: str) -> None:
    refused = await refusal(rule, await header_of(caller))
    assert refused
    assert refused.message == message


async def test_a_permission_taken_away_is_gone_at_once() -> None:
    header = await header_of(CLERK)
    assert await refusal(rule(button=ONE), header) is None
    await (await Role.get(role_code="R_SHOP")).buttons.clear()
    await state.forget()
    assert getattr(await refusal(rule(button=ONE), header), "code", None) is Code.MISSING_BUTTON_PERMISSION
    await (await Role.get(role_code="R_SHOP")).apis.clear()
    await state.forget()
    assert getattr(await refusal(rule(button=ONE), header), "code", None) is Code.PERMISSION_DENIED
    await Role.filter(role_code="R_SHOP").update(status_type=Status.DISABLED)
    await state.forget()
    assert getattr(await refusal(rule(button=ONE), header), "code", None) is Code.USER_NO_ROLE


# --- who is calling


async def test_whoever_is_known_is_the_actor_even_when_refused() -> None:
    """So that the log says who it was."""
    header = await header_of(STRANGER)
    assert await refusal(rule(), header)
    actor = current_actor()
    assert actor
    assert actor.user_name == "ann"


async def test_in_public_nobody_is() -> None:
    set_actor(None)
    await rule(PUBLIC).authorize(await header_of(KEEPER))
    assert current_actor() is None


# --- what it costs


@pytest.mark.parametrize(
    ("rule", "caller"),
    [
        (rule(PUBLIC), KEEPER),
        (rule(SIGNED_IN), KEEPER),
        (rule(SIGNED_IN, button=ONE), CLERK),
        (rule(SIGNED_IN, roles=BOSS_ONLY), BOSS),
        (rule(GRANTED), KEEPER),
        (rule(GRANTED, roles=BOSS_ONLY), BOSS),
        (rule(GRANTED, button=BOTH), BOSS),
        (rule(GRANTED, button=EITHER, roles=ANY_ROLE), BOSS),
        (rule(GRANTED, button=BOTH), SUPER),
        (rule(SUPER_ADMIN), SUPER),
    ],
)
async def test_a_request_costs_no_statement_and_one_round_trip(
    rule: AccessRule, caller: Caller, counting: Counting
) -> None:
    header = await header_of(caller)
    await authenticate(header)
    with counting() as cost:
        await rule.authorize(header)
    assert (len(cost.statements), cost.commands) == (0, [] if rule.access is PUBLIC else ["MGET"])

"""From an Authorization header to the user as the database knows them at this moment."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from kernel import DataScope, Status, clock
from kernel.auth.actor import authenticate
from kernel.auth.tokens import issue_pair
from kernel.context import Actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import Role, User
from tests.callers import authorization
from tests.conftest import NOW, Cost

pytestmark = pytest.mark.usefixtures("app")


async def header_of(name: str) -> str:
    return (await authorization(name))["Authorization"]


async def actor_of(name: str) -> Actor:
    return await authenticate(await header_of(name))


async def code_of(header: str | None) -> Code:
    with pytest.raises(Refusal) as refused:
        await authenticate(header)
    assert isinstance(refused.value.code, Code)
    return refused.value.code


async def user_with(*roles: str) -> User:
    user = await User.create(user_name="ann", password_hash="x")
    await user.roles.add(*await Role.filter(role_code__in=roles))
    return user


async def test_who_it_is() -> None:
    user = await User.get(user_name="Admin")
    actor = await actor_of("Admin")
    assert (actor.user_id, actor.user_name, actor.roles) == (user.id, "Admin", {"R_ADMIN"})
    assert actor.role_ids == {(await Role.get(role_code="R_ADMIN")).id}
    assert (actor.data_scope, actor.is_super, actor.must_change_password) == (DataScope.ALL, False, False)
    assert actor.impersonator_id is None
    assert len(actor.session) == 32


async def test_one_statement_finds_out(counting: Callable[[], AbstractContextManager[Cost]]) -> None:
    user = await user_with("R_HR_MANAGER", "R_DEPT_MGR", "R_EMPLOYEE")
    header = await header_of(user.user_name)
    with counting() as cost:
        assert len((await authenticate(header)).roles) == 3
    assert (len(cost.statements), cost.commands) == (1, [])


@pytest.mark.parametrize(
    ("roles", "scope"),
    [
        ((), DataScope.SELF),
        (("R_EMPLOYEE",), DataScope.SELF),
        (("R_EMPLOYEE", "R_DEPT_MGR"), DataScope.SCOPE),
        (("R_EMPLOYEE", "R_DEPT_MGR", "R_HR_SPECIALIST"), DataScope.ALL),
    ],
)
async def test_the_widest_data_scope_counts(roles: tuple[str, ...], scope: DataScope) -> None:
    await user_with(*roles)
    actor = await actor_of("ann")
    assert (actor.roles, actor.data_scope) == (set(roles), scope)


async def test_a_disabled_role_is_not_in_force() -> None:
    await user_with("R_SUPER", "R_HR_SPECIALIST", "R_DEPT_MGR")
    await Role.filter(role_code__in=["R_SUPER", "R_HR_SPECIALIST"]).update(status_type=Status.DISABLED)
    actor = await actor_of("ann")
    assert (actor.roles, actor.data_scope, actor.is_super) == ({"R_DEPT_MGR"}, DataScope.SCOPE, False)


async def test_a_super_admin_is_one() -> None:
    assert (await actor_of("Soybean")).is_super
    assert not (await actor_of("Admin")).is_super


async def test_a_password_change_that_is_due_is_known() -> None:
    await User.filter(user_name="Admin").update(must_change_password=True)
    assert (await actor_of("Admin")).must_change_password


async def test_who_acts_in_the_name_of_another_is_known_and_recorded() -> None:
    """Every audit record written meanwhile names both."""
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    pair = issue_pair(user.id, user.token_version, impersonator_id=soybean.id)
    actor = await authenticate(f"Bearer {pair.access}")
    assert (actor.user_name, actor.impersonator_id) == ("User", soybean.id)
    assert actor.audit_name == "User (by Soybean)"


async def test_it_costs_one_more_to_find_out_who(counting: Callable[[], AbstractContextManager[Cost]]) -> None:
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    header = f"Bearer {issue_pair(user.id, user.token_version, impersonator_id=soybean.id).access}"
    with counting() as cost:
        await authenticate(header)
    assert len(cost.statements) == 2
    await User.filter(id=soybean.id).delete()
    assert await code_of(header) is Code.INVALID_SESSION


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_scheme_may_be_written_in_any_case(scheme: str) -> None:
    token = (await header_of("Admin")).removeprefix("Bearer ")
    assert (await authenticate(f"{scheme} {token}")).user_name == "Admin"


async def test_without_a_token_it_is_nobody() -> None:
    token = (await header_of("Admin")).removeprefix("Bearer ")
    for header in (None, "", "Bearer", "Bearer ", f"Basic {token}", token, f"Bearer{token}", f"Bearer {token} x"):
        assert await code_of(header) is Code.INVALID_TOKEN


async def test_a_refresh_token_is_none_for_this() -> None:
    user = await User.get(user_name="Admin")
    assert await code_of(f"Bearer {issue_pair(user.id, user.token_version).refresh}") is Code.INVALID_TOKEN


async def test_what_became_of_the_user_is_in_force_at_once() -> None:
    user = await user_with("R_USER")
    header = await header_of("ann")
    assert (await authenticate(header)).user_name == "ann"
    await User.filter(id=user.id).update(token_version=1)
    assert await code_of(header) is Code.SESSION_INVALIDATED
    await User.filter(id=user.id).update(status_type=Status.DISABLED)
    assert await code_of(header) is Code.ACCOUNT_DISABLED
    await User.filter(id=user.id).delete()
    assert await code_of(header) is Code.INVALID_SESSION


async def test_a_token_that_is_too_old() -> None:
    header = await header_of("Admin")
    with clock.frozen(NOW + timedelta(days=1)):
        assert await code_of(header) is Code.TOKEN_EXPIRED

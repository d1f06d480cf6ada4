"""From an Authorization header to the user as the database knows them at this moment."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from kernel import DataScope, Status, clock, redis_line
from kernel.auth.actor import authenticate
from kernel.context import Actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import users_changed
from kernel.identity.models import Role, Session, User
from kernel.redis import redis
from kernel.redis_line import Line
from kernel.unit_of_work.transaction import transaction
from tests import state
from tests.callers import authorization, new_session
from tests.conftest import NOW, Counting
from tests.platform.kernel.scripted_redis import scripted_redis

pytestmark = pytest.mark.usefixtures("app")


@pytest_asyncio.fixture
async def standing_still(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Redis says nothing any more, as of now."""
    with scripted_redis() as server:
        silent = Line(server.url)
        await silent.open()
        monkeypatch.setattr(redis_line, "_line", silent)
        server.stand_still()
        yield
        await silent.aclose()


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
    assert (actor.is_super, actor.must_change_password) == (False, False)
    assert actor.impersonator_id is None
    assert len(actor.session) == 32


async def test_what_the_roles_grant_is_known(counting: Counting) -> None:
    user = await user_with("R_DEPT_MGR", "R_EMPLOYEE")
    held = {role.code: role for role in (await authenticate(await header_of(user.user_name))).held}
    assert held.keys() == {"R_DEPT_MGR", "R_EMPLOYEE"}
    assert held["R_DEPT_MGR"].data_scope is DataScope.SCOPE
    assert held["R_EMPLOYEE"].apis > {"hr.employees.search", "hr.employees.get"}
    assert "hr.employees.onboard" not in held["R_EMPLOYEE"].apis


async def test_one_statement_finds_out_and_none_the_next_time(counting: Counting) -> None:
    user = await user_with("R_HR_MANAGER", "R_DEPT_MGR", "R_EMPLOYEE")
    await actor_of("Soybean")  # what roles grant is read by now
    header = await header_of(user.user_name)
    with counting() as first:
        assert len((await authenticate(header)).roles) == 3
    with counting() as second:
        assert len((await authenticate(header)).roles) == 3
    assert (len(first.statements), first.commands) == (1, ["MGET", "SET", "SET", "SET", "EVAL"])
    assert (len(second.statements), second.commands) == (0, ["MGET"])


async def test_a_disabled_role_is_not_in_force() -> None:
    await user_with("R_SUPER", "R_HR_SPECIALIST", "R_DEPT_MGR")
    await Role.filter(role_code__in=["R_SUPER", "R_HR_SPECIALIST"]).update(status_type=Status.DISABLED)
    actor = await actor_of("ann")
    assert (actor.roles, actor.is_super) == ({"R_DEPT_MGR"}, False)


async def test_a_super_admin_is_one() -> None:
    assert (await actor_of("Soybean")).is_super
    assert not (await actor_of("Admin")).is_super


async def test_a_password_change_that_is_due_is_known() -> None:
    await User.filter(user_name="Admin").update(must_change_password=True)
    assert (await actor_of("Admin")).must_change_password


async def test_who_acts_in_the_name_of_another_is_known_and_recorded() -> None:
    """Every audit record written meanwhile names both."""
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    pair = await new_session(user, impersonator=soybean)
    actor = await authenticate(f"Bearer {pair.access}")
    assert (actor.user_name, actor.impersonator_id) == ("User", soybean.id)
    assert actor.audit_name == "User (by Soybean)"


async def test_it_costs_one_more_to_find_out_who(counting: Counting) -> None:
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    await actor_of("Soybean")
    header = f"Bearer {(await new_session(user, impersonator=soybean)).access}"
    await state.forget()
    with counting() as first:
        await authenticate(header)
    with counting() as second:
        await authenticate(header)
    grants = 7
    assert (len(first.statements) - grants, len(second.statements), second.commands) == (2, 0, ["MGET"])


@pytest.mark.parametrize("what", ["disabled", "no super administrator any more", "deleted"])
async def test_who_impersonated_must_still_be_allowed_to(what: str) -> None:
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    header = f"Bearer {(await new_session(user, impersonator=soybean)).access}"
    if what == "disabled":
        await User.filter(id=soybean.id).update(status_type=Status.DISABLED)
    elif what == "deleted":
        await User.filter(id=soybean.id).delete()
    else:
        await soybean.roles.clear()
    await state.forget()
    assert await code_of(header) is (Code.INVALID_SESSION if what == "deleted" else Code.SESSION_INVALIDATED)


async def test_an_impersonator_who_is_deleted_at_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the statement that found the session, which goes with them."""
    user, soybean = await User.get(user_name="User"), await User.get(user_name="Soybean")
    header = f"Bearer {(await new_session(user, impersonator=soybean)).access}"
    nobody = User.filter(id=0)
    with monkeypatch.context() as patch:
        patch.setattr(User, "filter", lambda **_: nobody)
        assert await code_of(header) is Code.INVALID_SESSION


async def test_whoever_is_refused_keeps_nobody_else_from_what_is_kept(counting: Counting) -> None:
    """They took a lease on the version of the grants, which all requests share."""
    header, other = await header_of("User"), await header_of("Admin")
    await Session.filter(user__user_name="User").delete()
    await state.forget()
    assert await code_of(header) is Code.INVALID_SESSION
    await authenticate(other)
    with counting() as cost:
        await authenticate(other)
    assert (len(cost.statements), cost.commands) == (0, ["MGET"])


@pytest.mark.usefixtures("standing_still")
async def test_while_redis_stands_still_the_database_is_asked(counting: Counting) -> None:
    header = await header_of("Admin")
    for _ in range(2):
        with counting() as cost:
            assert (await authenticate(header)).user_name == "Admin"
        assert len(cost.statements) >= 1
    await User.filter(user_name="Admin").update(status_type=Status.DISABLED)
    assert await code_of(header) is Code.ACCOUNT_DISABLED


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
    assert await code_of(f"Bearer {(await new_session(user)).refresh}") is Code.INVALID_TOKEN


async def test_what_became_of_the_user_is_in_force_at_once() -> None:
    user = await user_with("R_USER")
    header = await header_of("ann")
    assert (await authenticate(header)).user_name == "ann"
    async with transaction(__name__):
        users_changed([user.id])
        await User.filter(id=user.id).update(token_version=1)
    assert await code_of(header) is Code.SESSION_INVALIDATED
    async with transaction(__name__):
        users_changed([user.id])
        await User.filter(id=user.id).update(status_type=Status.DISABLED)
    assert await code_of(header) is Code.ACCOUNT_DISABLED
    async with transaction(__name__):
        users_changed([user.id])
        await User.filter(id=user.id).delete()
    assert await code_of(header) is Code.INVALID_SESSION


async def test_what_is_kept_and_cannot_be_read_is_not_believed() -> None:
    header = await header_of("Admin")
    await authenticate(header)
    for name in await redis().keys("tessera:*"):
        await redis().set(name, '{"enabled": true}')
    assert (await authenticate(header)).user_name == "Admin"


async def test_a_session_is_seen_once_a_minute() -> None:
    header = await header_of("Admin")
    for seconds, seen in ((59, NOW), (60, NOW + timedelta(seconds=60))):
        await state.forget()
        with clock.frozen(NOW + timedelta(seconds=seconds)):
            await authenticate(header)
        assert (await Session.all().order_by("-id").limit(1).get()).last_seen == seen


async def test_a_token_that_is_too_old() -> None:
    header = await header_of("Admin")
    with clock.frozen(NOW + timedelta(days=1)):
        assert await code_of(header) is Code.TOKEN_EXPIRED

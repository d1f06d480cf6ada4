"""Sessions, from sign-in to end. What a caller sees of them is in `tests/features/auth/`."""

import asyncio
from datetime import timedelta

import pytest

from kernel import clock
from kernel.auth.passwords import hash_password
from kernel.auth.sessions import end_all_sessions, end_session, open_session, refresh_session, renew_hash
from kernel.auth.tokens import TokenPair, TokenType, read_token
from kernel.context import set_client
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import EndReason, Session, User
from kernel.schema.types import Status
from kernel.unit_of_work.transaction import transaction
from tests.conftest import NOW
from tests.platform.kernel.conftest import Configure

pytestmark = pytest.mark.usefixtures("app")


async def ann(**values: object) -> User:
    return await User.create(**{"user_name": "ann", "password_hash": await hash_password("a word"), **values})


async def code_of_refresh(token: str) -> Code:
    with pytest.raises(Refusal) as refused:
        await refresh_session(token)
    assert isinstance(refused.value.code, Code)
    return refused.value.code


async def session_of(pair: TokenPair) -> Session:
    return await Session.get(family=read_token(pair.access, TokenType.ACCESS).session)


async def test_the_tokens_are_the_users_and_of_one_session() -> None:
    user = await ann(token_version=3)
    pair = await open_session(user)
    access, refresh = read_token(pair.access, TokenType.ACCESS), read_token(pair.refresh, TokenType.REFRESH)
    assert (access.user_id, access.token_version, access.session) == (user.id, 3, refresh.session)


async def test_a_session_is_a_row_that_says_from_where() -> None:
    set_client("192.0.2.7", "Browser \x1b[31m1.0" + "x" * 400)
    session = await session_of(await open_session(user := await ann()))
    assert (session.user_id, session.address, session.agent) == (user.id, "192.0.2.7", f"Browser [31m1.0{'x' * 285}")
    assert (session.created_at, session.last_seen, session.expires_at) == (NOW, NOW, NOW + timedelta(days=7))
    assert (session.ended_at, session.end_reason) == (None, None)


async def test_the_time_is_noted_and_nobody_has_edited_the_record() -> None:
    user = await ann(updated_by="bob")
    await open_session(user)
    row = await User.get(id=user.id)
    assert (row.last_login, row.updated_by, row.updated_at) == (NOW, "bob", user.updated_at)
    assert row.password_hash == user.password_hash


async def test_a_hash_of_other_parameters_is_renewed(configure: Configure) -> None:
    user = await ann()
    configure(ARGON2_TIME_COST="2")
    await renew_hash(user, "a word")
    assert (await User.get(id=user.id)).password_hash != user.password_hash


async def test_a_password_that_was_changed_meanwhile_stays(configure: Configure) -> None:
    user = await ann()
    await User.filter(id=user.id).update(password_hash="of another password")
    configure(ARGON2_TIME_COST="2")
    await renew_hash(user, "a word")
    assert (await User.get(id=user.id)).password_hash == "of another password"


async def test_a_disabled_account_has_no_session() -> None:
    user = await ann(status_type=Status.DISABLED)
    with pytest.raises(Refusal) as refused:
        await open_session(user)
    assert refused.value.code is Code.ACCOUNT_DISABLED
    assert (await User.get(id=user.id)).last_login is None


async def test_a_refresh_gives_the_next_pair_of_the_session() -> None:
    first = await open_session(await ann())
    with clock.frozen(NOW + timedelta(days=6)):
        second = await refresh_session(first.refresh)
        token = read_token(second.access, TokenType.ACCESS)
    session = await session_of(second)
    assert (token.generation, session.generation) == (1, 1)
    assert session.expires_at == NOW + timedelta(days=13)
    with clock.frozen(NOW + timedelta(days=12)):
        await refresh_session(second.refresh)


async def test_of_ten_clients_who_race_all_get_one_new_pair() -> None:
    first = await open_session(await ann())
    pairs = await asyncio.gather(*(refresh_session(first.refresh) for _ in range(10)))
    with clock.frozen(NOW + timedelta(seconds=10)):
        pairs.append(await refresh_session(first.refresh))
    assert set(pairs) == {pairs[0]}
    session = await session_of(first)
    assert (session.generation, session.ended_at) == (1, None)
    assert (await refresh_session(pairs[0].refresh)) not in pairs


async def test_a_spent_token_ends_the_session_after_the_race() -> None:
    first = await open_session(await ann())
    second = await refresh_session(first.refresh)
    with clock.frozen(NOW + timedelta(seconds=10, milliseconds=1)):
        assert await code_of_refresh(first.refresh) is Code.SESSION_INVALIDATED
    session = await session_of(first)
    assert (session.end_reason, session.ended_at) == (
        EndReason.TOKEN_REUSED,
        NOW + timedelta(seconds=10, milliseconds=1),
    )
    assert await code_of_refresh(second.refresh) is Code.SESSION_INVALIDATED


async def test_a_token_that_was_spent_twice_ends_it_within_the_race_too() -> None:
    first = await open_session(await ann())
    await refresh_session((await refresh_session(first.refresh)).refresh)
    assert await code_of_refresh(first.refresh) is Code.SESSION_INVALIDATED
    assert (await session_of(first)).end_reason is EndReason.TOKEN_REUSED


async def test_the_other_sessions_of_the_user_go_on() -> None:
    user = await ann()
    stolen, other = await open_session(user), await open_session(user)
    await refresh_session((await refresh_session(stolen.refresh)).refresh)
    await code_of_refresh(stolen.refresh)
    await refresh_session(other.refresh)


@pytest.mark.parametrize(
    ("what", "code"),
    [("disabled", Code.ACCOUNT_DISABLED), ("ended", Code.SESSION_INVALIDATED), ("deleted", Code.INVALID_SESSION)],
)
async def test_what_became_of_the_user_ends_the_refresh_too(what: str, code: Code) -> None:
    user = await ann()
    pair = await open_session(user)
    if what == "disabled":
        await User.filter(id=user.id).update(status_type=Status.DISABLED)
    elif what == "ended":
        await User.filter(id=user.id).update(token_version=1)
    else:
        await user.delete()
    assert await code_of_refresh(pair.refresh) is code


async def test_one_session_ends_and_says_why() -> None:
    user = await ann()
    first, second = await open_session(user), await open_session(user)
    async with transaction(__name__):
        await end_session(await session_of(first), EndReason.SIGNED_OUT)
    async with transaction(__name__):
        await end_session(await session_of(first), EndReason.ENDED_BY_ADMIN)
    assert (await session_of(first)).end_reason is EndReason.SIGNED_OUT
    assert await code_of_refresh(first.refresh) is Code.SESSION_INVALIDATED
    await refresh_session(second.refresh)


async def test_all_sessions_end_those_as_an_impersonator_too() -> None:
    user, soybean = await ann(), await User.get(user_name="Soybean")
    impersonating = await open_session(user, impersonator_id=soybean.id)
    mine = await open_session(user)
    async with transaction(__name__):
        await end_all_sessions([soybean.id], EndReason.ENDED_BY_ADMIN)
    assert await code_of_refresh(impersonating.refresh) is Code.SESSION_INVALIDATED
    await refresh_session(mine.refresh)
    assert (await User.get(id=soybean.id)).token_version == 1


async def test_of_several_who_end_them_at_once_none_is_lost() -> None:
    user = await ann()

    async def end() -> None:
        async with transaction(__name__):
            await end_all_sessions([user.id], EndReason.ENDED_BY_ADMIN)

    await asyncio.gather(*(end() for _ in range(5)))
    assert (await User.get(id=user.id)).token_version == 5


async def test_expired_sessions_are_gone_with_the_next_sign_in() -> None:
    user = await ann()
    await open_session(user)
    for days, left in ((7, 1), (8, 2)):
        with clock.frozen(NOW + timedelta(days=days)):
            await open_session(user)
        assert await Session.filter(user_id=user.id).count() == left

"""What begins with a sign-in. What a caller sees of it is in `tests/features/auth/test_login.py`."""

import pytest

from kernel.auth.passwords import hash_password
from kernel.auth.sessions import open_session
from kernel.auth.tokens import TokenType, read_token
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import User
from kernel.schema.types import Status
from tests.conftest import NOW
from tests.platform.kernel.conftest import Configure

pytestmark = pytest.mark.usefixtures("app")


async def ann(**values: object) -> User:
    return await User.create(**{"user_name": "ann", "password_hash": await hash_password("a word"), **values})


async def test_the_tokens_are_the_users_and_of_one_session() -> None:
    user = await ann(token_version=3)
    pair = await open_session(user, "a word")
    access, refresh = read_token(pair.access, TokenType.ACCESS), read_token(pair.refresh, TokenType.REFRESH)
    assert (access.user_id, access.token_version, access.session) == (user.id, 3, refresh.session)


async def test_the_time_is_noted_and_nobody_has_edited_the_record() -> None:
    user = await ann(updated_by="bob")
    await open_session(user, "a word")
    row = await User.get(id=user.id)
    assert (row.last_login, row.updated_by, row.updated_at) == (NOW, "bob", user.updated_at)
    assert row.password_hash == user.password_hash


async def test_a_hash_of_other_parameters_is_renewed(configure: Configure) -> None:
    user = await ann()
    configure(ARGON2_TIME_COST="2")
    await open_session(user, "a word")
    assert (await User.get(id=user.id)).password_hash != user.password_hash


async def test_a_password_that_was_changed_meanwhile_stays(configure: Configure) -> None:
    user = await ann()
    await User.filter(id=user.id).update(password_hash="of another password")
    configure(ARGON2_TIME_COST="2")
    await open_session(user, "a word")
    assert (await User.get(id=user.id)).password_hash == "of another password"


async def test_a_disabled_account_has_no_session() -> None:
    user = await ann(status_type=Status.DISABLED)
    with pytest.raises(Refusal) as refused:
        await open_session(user, "a word")
    assert refused.value.code is Code.ACCOUNT_DISABLED
    assert (await User.get(id=user.id)).last_login is None

"""What changes says so: it is forgotten, and nothing that two do at once is lost."""

import asyncio

import pytest
from tortoise.expressions import F

from kernel import hot_cache
from kernel.identity.changes import GRANTS_KEY, grants_changed, session_key, sessions_changed, user_key, users_changed
from kernel.identity.grants import grants_version
from kernel.identity.models import GrantsVersion, Role, User
from kernel.unit_of_work.transaction import transaction
from tests.platform.kernel.test_hot_cache import kept

pytestmark = pytest.mark.usefixtures("app")

NAMES = [user_key(1), user_key(2), session_key("a"), session_key("b"), GRANTS_KEY]


async def remaining() -> list[str]:
    """Of these names, those of which the value is kept still."""
    values = await hot_cache.read(NAMES)
    return [name for name, value in zip(NAMES, values, strict=True) if value]


async def test_what_changes_is_forgotten_and_nothing_else() -> None:
    for name in NAMES:
        await kept(name, "1")
    async with transaction(__name__):
        users_changed([1])
        sessions_changed(["b"])
    assert await remaining() == [user_key(2), session_key("a"), GRANTS_KEY]
    async with transaction(__name__):
        await grants_changed()
    assert await remaining() == [user_key(2), session_key("a")]
    async with transaction(__name__):
        users_changed([])
        sessions_changed([])
    assert await remaining() == [user_key(2), session_key("a")]


async def test_it_is_said_within_a_transaction() -> None:
    with pytest.raises(LookupError, match="user:1"):
        users_changed([1])
    with pytest.raises(LookupError, match="session:a"):
        sessions_changed(["a"])
    before = await grants_version()
    with pytest.raises(LookupError, match="grants"):
        await grants_changed()
    assert await grants_version() == before


async def test_the_version_moves_with_what_was_committed() -> None:
    async def break_down() -> None:
        async with transaction(__name__):
            await grants_changed()
            raise ZeroDivisionError

    before = await grants_version()
    async with transaction(__name__):
        await grants_changed()
        await grants_changed()
    assert await grants_version() == before + 2
    with pytest.raises(ZeroDivisionError):
        await break_down()
    assert await grants_version() == before + 2


async def test_the_first_change_of_all_counts_as_well() -> None:
    await GrantsVersion.all().delete()
    assert await grants_version() == 0

    async def change() -> None:
        async with transaction(__name__):
            await grants_changed()

    await asyncio.gather(*(change() for _ in range(5)))
    assert await grants_version() == 5
    assert await GrantsVersion.all().count() == 1


async def test_of_two_who_move_a_version_at_once_neither_is_lost() -> None:
    """Twenty here, of the grants and of a user: each in a transaction of its own, which has read before it writes."""
    user, before = await User.get(user_name="User"), await grants_version()

    async def move() -> None:
        async with transaction(__name__):
            await Role.all().count()
            await grants_changed()
            users_changed([user.id])
            await User.filter(id=user.id).update(token_version=F("token_version") + 1)

    await asyncio.gather(*(move() for _ in range(20)))
    assert await grants_version() == before + 20
    assert (await User.get(id=user.id)).token_version == user.token_version + 20

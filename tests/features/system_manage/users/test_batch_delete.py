"""system_manage.users.batch_delete"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Role, User
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """An id that comes twice counts once."""
    admin, ids = await signed_in("R_ADMIN"), await newcomers()
    answer = await admin.call("system_manage.users.batch_delete", ids=[*ids, ids[0]])
    assert as_snapshot(answer, events) == snapshot
    assert not await User.filter(id__in=ids).exists()


@pytest.mark.parametrize(("name", "code"), [("Admin", "2307"), ("Soybean", "2206"), ("hanmei", "2201"), (None, "1101")])
@pytest.mark.usefixtures("limited_admin")
async def test_one_that_may_not_be_deleted(name: str | None, code: str, signed_in: SignedIn) -> None:
    admin, ids = await signed_in("R_ADMIN"), await newcomers()
    other = (await User.get(user_name=name)).id if name else 999_999
    async with unchanged():
        assert (await admin.call("system_manage.users.batch_delete", ids=[ids[0], other, ids[1]])).code == code


async def test_one_that_has_a_file_elsewhere(signed_in: SignedIn) -> None:
    soybean, ids = await signed_in("R_SUPER"), await newcomers()
    wangwei = await User.get(user_name="wangwei")
    async with unchanged():
        answer = await soybean.call("system_manage.users.batch_delete", ids=[*ids, wangwei.id])
    assert (answer.code, "wangwei" in answer.body["msg"]) == ("2307", True)


async def test_none(signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_ADMIN")).call("system_manage.users.batch_delete", ids=[])
    assert (answer.code, answer.wrong_fields) == ("1200", ["ids"])


async def test_two_lists_at_once(signed_in: SignedIn) -> None:
    """The same users, named in opposite order: one is first, and neither waits for the other."""
    admin, ids = await signed_in("R_ADMIN"), await newcomers(6)
    calls = [admin.call("system_manage.users.batch_delete", ids=each) for each in (ids, ids[::-1])]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]


async def newcomers(count: int = 3) -> list[int]:
    role = await Role.get(role_code="R_USER")
    users = [await User.create(user_name=f"new{number}", password_hash="x") for number in range(count)]
    for user in users:
        await user.roles.add(role)
    return [user.id for user in users]

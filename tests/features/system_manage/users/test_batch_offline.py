"""system_manage.users.batch_offline"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import User
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """Who is named twice counts once, and who is not signed in counts too."""
    soybean, callers = await signed_in("R_SUPER"), [await signed_in("User"), await signed_in("hanmei")]
    for caller in callers:
        await caller.warm()
    ids = await ids_of("User", "hanmei", "liuqing", "User")
    assert as_snapshot(await soybean.call("system_manage.users.batch_offline", ids=ids), events) == snapshot
    assert [(await caller.call("auth.user_info")).code for caller in callers] == ["2106", "2106"]
    assert (await soybean.call("auth.user_info")).code == "0000"


@pytest.mark.parametrize(("name", "code"), [("Soybean", "2206"), ("hanmei", "2201"), (None, "1101")])
@pytest.mark.usefixtures("limited_admin")
async def test_one_whom_one_may_not_manage(name: str | None, code: str, signed_in: SignedIn) -> None:
    admin, ids = await signed_in("R_ADMIN"), await ids_of("User")
    other = await ids_of(name) if name else [999_999]
    async with unchanged():
        assert (await admin.call("system_manage.users.batch_offline", ids=ids + other)).code == code


async def test_none(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    for body in ({"ids": []}, {"ids": None}, {}):
        answer = await admin.call("system_manage.users.batch_offline", **body)
        assert (answer.code, answer.wrong_fields) == ("1200", ["ids"])


async def test_two_lists_at_once(signed_in: SignedIn) -> None:
    """In opposite order; neither waits for the other."""
    soybean, ids = await signed_in("R_SUPER"), await ids_of("User", "hanmei", "liuqing", "wangwei")
    calls = [soybean.call("system_manage.users.batch_offline", ids=each) for each in (ids, ids[::-1]) * 3]
    assert {answer.code for answer in await asyncio.gather(*calls)} == {"0000"}
    assert [user.token_version for user in await User.filter(id__in=ids)] == [6] * 4


async def ids_of(*names: str) -> list[int]:
    return [(await User.get(user_name=name)).id for name in names]

"""system_manage.roles.batch_delete"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Role
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, ids = await signed_in("R_ADMIN"), await unused()
    answer = await admin.call("system_manage.roles.batch_delete", ids=ids)
    assert as_snapshot(answer, events) == snapshot
    assert not await Role.filter(id__in=ids).exists()


@pytest.mark.parametrize(("code", "refusal"), [("R_SUPER", "2206"), ("R_EMPLOYEE", "2307"), (None, "1101")])
async def test_one_that_may_not_be_deleted(code: str | None, refusal: str, signed_in: SignedIn) -> None:
    admin, ids = await signed_in("R_ADMIN"), await unused()
    other = (await Role.get(role_code=code)).id if code else 999_999
    async with unchanged():
        answer = await admin.call("system_manage.roles.batch_delete", ids=[ids[0], other, *ids[1:]])
    assert answer.code == refusal


async def test_none(signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_ADMIN")).call("system_manage.roles.batch_delete", ids=[])
    assert (answer.code, answer.wrong_fields) == ("1200", ["ids"])


async def test_two_lists_at_once(signed_in: SignedIn) -> None:
    admin, ids = await signed_in("R_ADMIN"), await unused()
    calls = [admin.call("system_manage.roles.batch_delete", ids=each) for each in (ids, ids[::-1])]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]


async def unused() -> list[int]:
    return [(await Role.create(role_name="Unused", role_code=f"R_UNUSED_{number}")).id for number in range(3)]

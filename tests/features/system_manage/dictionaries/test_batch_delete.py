"""system_manage.dictionaries.batch_delete"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, ids = await signed_in("R_ADMIN"), await ids_of("role", "skill")
    answer = await admin.call("system_manage.dictionaries.batch_delete", ids=[*ids, ids[0]])
    assert as_snapshot(answer, events) == snapshot
    assert [entry.value for entry in await Dictionary.all()] == ["language"]


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin, ids = await signed_in("R_ADMIN"), await ids_of("role", "skill")
    async with unchanged():
        answer = await admin.call("system_manage.dictionaries.batch_delete", ids=[*ids, 999_999])
    assert answer.code == "1101"


async def test_two_lists_at_once(signed_in: SignedIn) -> None:
    admin, ids = await signed_in("R_ADMIN"), await ids_of("role", "skill", "language")
    calls = [admin.call("system_manage.dictionaries.batch_delete", ids=each) for each in (ids, ids[::-1])]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]


async def ids_of(*values: str) -> list[int]:
    return [(await Dictionary.get(value=value)).id for value in values]

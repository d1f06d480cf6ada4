"""system_manage.dictionaries.delete"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, skill = await signed_in("R_ADMIN"), await Dictionary.get(value="skill")
    answer = await admin.call("system_manage.dictionaries.delete", dictionary_id=skill.id)
    assert as_snapshot(answer, events) == snapshot
    assert not await Dictionary.exists(id=skill.id)
    assert await Dictionary.all().count() == 2


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await admin.call("system_manage.dictionaries.delete", dictionary_id=999_999)).code == "1101"


async def test_twice_at_once(signed_in: SignedIn) -> None:
    admin, skill = await signed_in("R_ADMIN"), await Dictionary.get(value="skill")
    calls = [admin.call("system_manage.dictionaries.delete", dictionary_id=skill.id) for _ in range(2)]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]

"""hr.tags.get"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Tag
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="First aid")
    assert as_snapshot(await hanmei.call("hr.tags.get", tag_id=tag.id), events) == snapshot


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.tags.get", tag_id=999_999)).code == "1101"

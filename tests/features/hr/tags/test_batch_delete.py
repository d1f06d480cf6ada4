"""hr.tags.batch_delete"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, Tag
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    wang, tags = await Employee.get(name="Wang Wei"), [tag.id for tag in await Tag.filter(category="language")]
    await wang.set_tags(tags)
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.tags.batch_delete", ids=tags), events) == snapshot
    assert await wang.tags.all() == []
    assert await Tag.all().count() == 9


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    async with unchanged():
        assert (await hanmei.call("hr.tags.batch_delete", ids=[tag.id, 999_999])).code == "1101"

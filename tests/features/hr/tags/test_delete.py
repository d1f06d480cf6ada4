"""hr.tags.delete"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, Tag
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """Nobody has it any longer, and they keep their others."""
    wang, mentor, german = (
        await Employee.get(name="Wang Wei"),
        await Tag.get(name="Mentor"),
        await Tag.get(name="German"),
    )
    await wang.set_tags([mentor.id, german.id])
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.tags.delete", tag_id=mentor.id), events) == snapshot
    assert [tag.name for tag in await wang.tags.all()] == ["German"]
    assert not await Tag.exists(id=mentor.id)
    assert (await hanmei.call("hr.tags.create", name="Mentor", category="role")).code == "0000"


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.tags.delete", tag_id=999_999)).code == "1101"

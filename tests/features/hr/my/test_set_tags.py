"""hr.my.set_tags"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, Tag
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    wangwei, tags = await signed_in("R_EMPLOYEE"), await Tag.filter(name__in=["German", "Mentor"])
    answer = await wangwei.call("hr.my.set_tags", tag_ids=[tag.id for tag in tags])
    assert as_snapshot(answer, events) == snapshot
    kept = await (await Employee.get(name="Wang Wei")).tags.all().order_by("id")
    assert [tag.name for tag in kept] == ["German", "Mentor"]


async def test_too_many(signed_in: SignedIn) -> None:
    wangwei, every = await signed_in("R_EMPLOYEE"), [tag.id for tag in await Tag.all()]
    async with unchanged():
        assert (await wangwei.call("hr.my.set_tags", tag_ids=every)).code == "4003"


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        assert (await wangwei.call("hr.my.set_tags", tag_ids=[999_999])).code == "1101"


async def test_who_is_no_employee(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    async with unchanged():
        assert (await soybean.call("hr.my.set_tags", tag_ids=[])).code == "4005"

"""hr.tags.update"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Tag
from features.system_manage.models import Dictionary
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    answer = await hanmei.call("hr.tags.update", tag_id=tag.id, name="Python 3", category="language")
    assert as_snapshot(answer, events) == snapshot
    await tag.refresh_from_db()
    assert (tag.name, tag.category, tag.description, tag.updated_by) == ("Python 3", "language", None, "hanmei")


async def test_a_description_comes_and_goes(signed_in: SignedIn) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    for sent, stored in (("A language", "A language"), ("", None)):
        assert (await hanmei.call("hr.tags.update", tag_id=tag.id, description=sent)).code == "0000"
        await tag.refresh_from_db()
        assert (tag.name, tag.description) == ("Python", stored)


async def test_nothing_sent_changes_nothing(signed_in: SignedIn) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    async with unchanged():
        assert (await hanmei.call("hr.tags.update", tag_id=tag.id)).code == "0000"


async def test_a_name_that_is_taken(signed_in: SignedIn) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    async with unchanged():
        assert (await hanmei.call("hr.tags.update", tag_id=tag.id, name="SQL")).code == "2300"


async def test_a_category_that_administrators_do_not_keep(signed_in: SignedIn) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    async with unchanged():
        answer = await hanmei.call("hr.tags.update", tag_id=tag.id, name="Python 3", category="site")
    assert (answer.code, answer.wrong_fields) == ("1200", ["category"])


async def test_a_category_that_it_has_may_stay(signed_in: SignedIn) -> None:
    """A form sends back what it showed, though administrators have taken it away since."""
    await Dictionary.filter(value="skill").delete()
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    answer = await hanmei.call("hr.tags.update", tag_id=tag.id, name="Python 3", category="skill")
    assert answer.code == "0000"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"category": ""}, {"description": "x" * 501}])
async def test_wrong_values(wrong: dict[str, str], signed_in: SignedIn) -> None:
    hanmei, tag = await signed_in("R_HR_MANAGER"), await Tag.get(name="Python")
    async with unchanged():
        answer = await hanmei.call("hr.tags.update", tag_id=tag.id, **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.tags.update", tag_id=999_999, name="New")).code == "1101"

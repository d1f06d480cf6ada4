"""hr.tags.create"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Tag
from features.system_manage.models import Dictionary
from kernel import Status
from kernel.ids import public_id
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await hanmei.call("hr.tags.create", name=" Rust ", category="skill", description="Since 2015")
    assert as_snapshot(answer, events) == snapshot
    tag = await Tag.get(name="Rust")
    assert public_id(Tag, tag.id) == answer.data["createdId"]
    assert (tag.category, tag.description, tag.created_by) == ("skill", "Since 2015", "hanmei")


async def test_a_name_that_is_taken(signed_in: SignedIn) -> None:
    """In whatever category."""
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.tags.create", name="Python", category="language")).code == "2300"


async def test_one_name_ten_times_at_once(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    calls = [hanmei.call("hr.tags.create", name="Rust", category="skill") for _ in range(10)]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", *["2300"] * 9]


@pytest.mark.parametrize("category", ["site", "Skill", "role "])
async def test_a_category_that_administrators_do_not_keep(category: str, signed_in: SignedIn) -> None:
    await Dictionary.create(dict_type="another", label="Site", value="site")
    await Dictionary.filter(value="role").update(status=Status.DISABLED)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await hanmei.call("hr.tags.create", name="Rust", category=category)
    assert (answer.code, answer.wrong_fields) == ("1200", ["category"])
    assert "dictionary tag_category" in answer.errors[0]["message"]


async def test_a_category_is_there_as_soon_as_it_is_kept(signed_in: SignedIn) -> None:
    """And gone as soon as it is not."""
    admin, hanmei = await signed_in("R_ADMIN"), await signed_in("R_HR_MANAGER")
    assert (await hanmei.call("hr.tags.create", name="North", category="site")).code == "1200"
    new = {"dict_type": "tag_category", "label": "Site", "value": "site"}
    entry = (await admin.call("system_manage.dictionaries.create", **new)).data["createdId"]
    assert (await hanmei.call("hr.tags.create", name="North", category="site")).code == "0000"
    await admin.call("system_manage.dictionaries.delete", dictionary_id=entry)
    assert (await hanmei.call("hr.tags.create", name="South", category="site")).code == "1200"


async def test_wrong_values(signed_in: SignedIn) -> None:
    wrong = {"name": " ", "category": "x" * 51, "description": "x" * 501}
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await hanmei.call("hr.tags.create", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", ["name", "category", "description"])

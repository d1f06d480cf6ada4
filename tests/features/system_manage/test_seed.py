"""The dictionaries that every installation begins with."""

import pytest

from features.hr.models import Tag
from features.system_manage.models import Dictionary
from features.system_manage.seed import install
from kernel import transaction
from kernel.identity.models import Declared
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")


async def start() -> None:
    async with transaction(__name__):
        await install()


async def test_every_category_of_a_tag_of_the_demo_company_is_there() -> None:
    entries = await Dictionary.filter(dict_type="tag_category").order_by("order")
    assert [(entry.value, entry.label) for entry in entries] == [
        ("skill", "Skill"),
        ("language", "Language"),
        ("role", "Role"),
    ]
    assert {tag.category for tag in await Tag.all()} == {entry.value for entry in entries}


async def test_what_administrators_did_stays() -> None:
    await Dictionary.filter(value="skill").delete()
    await Dictionary.filter(value="role").update(label="Part", value="part")
    async with unchanged():
        await start()


async def test_one_that_somebody_made_before_is_left_alone() -> None:
    await Declared.filter(kind="dictionary").delete()
    await Dictionary.filter(value="role").update(label="Ours")
    await start()
    assert (await Dictionary.get(value="role")).label == "Ours"
    assert await Declared.filter(kind="dictionary").count() == 3
    await Dictionary.filter(value="role").delete()
    async with unchanged():
        await start()

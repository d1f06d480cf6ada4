"""What must hold of HR's rows, whichever slice writes them. That a tag must exist is onboarding's test."""

import pytest

from features.hr.codes import HrCode
from features.hr.models import Employee, Tag
from kernel import Refusal
from tests.platform.kernel.conftest import forget_settings

pytestmark = pytest.mark.usefixtures("app")


async def test_how_many_tags_is_a_setting(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setenv("HR_MAX_TAGS_PER_EMPLOYEE", "2")
    forget_settings()
    request.addfinalizer(forget_settings)
    employee = await Employee.get(name="Wang Wei")
    first, second, third = [tag.id for tag in await Tag.all().order_by("-id").limit(3)]
    await employee.set_tags([first, second, first])
    with pytest.raises(Refusal) as refused:
        await employee.set_tags([first, second, third])
    assert refused.value.code is HrCode.TAGS_EXCEED_LIMIT
    assert {tag.id for tag in await employee.tags.all()} == {first, second}


async def test_the_tags_are_those_and_no_others() -> None:
    employee = await Employee.get(name="Wang Wei")
    await employee.tags.add(await Tag.get(name="Python"))
    await employee.set_tags([(await Tag.get(name="German")).id])
    assert [tag.name for tag in await employee.tags.all()] == ["German"]
    await employee.set_tags([])
    assert await employee.tags.all() == []

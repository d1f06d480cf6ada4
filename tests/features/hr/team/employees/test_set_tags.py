"""hr.team.employees.set_tags"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, Tag
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    answer = await set_tags(await signed_in("R_DEPT_MGR"), "Wang Wei", "German", "Mentor")
    assert as_snapshot(answer, events) == snapshot
    assert await tags_of("Wang Wei") == ["German", "Mentor"]


async def test_none_are_as_good_as_some(signed_in: SignedIn) -> None:
    assert (await set_tags(await signed_in("R_DEPT_MGR"), "Zhou Hang")).code == "0000"
    assert await tags_of("Zhou Hang") == []


async def test_of_another_department(signed_in: SignedIn) -> None:
    """Though the HR manager's data scope reaches everybody."""
    for caller in ("R_DEPT_MGR", "R_HR_MANAGER"):
        somebody = await signed_in(caller)
        async with unchanged():
            assert (await set_tags(somebody, "Lin Yan", "German")).code == "4004"


async def test_who_manages_nothing(signed_in: SignedIn) -> None:
    """They are not told whether there is such an employee, either."""
    soybean = await signed_in("R_SUPER")
    async with unchanged():
        assert (await set_tags(soybean, "Wang Wei", "German")).code == "4006"
        answer = await soybean.call("hr.team.employees.set_tags", employee_id=999_999, tag_ids=[])
    assert answer.code == "4006"


async def test_what_is_not_there(signed_in: SignedIn) -> None:
    """An employee who never was or was deleted, a tag."""
    wang, pan = await Employee.get(name="Wang Wei"), await Employee.get(name="Pan Long")
    await pan.delete()
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        for employee_id, tag_ids in ((999_999, []), (pan.id, []), (wang.id, [999_999])):
            answer = await zhouhang.call("hr.team.employees.set_tags", employee_id=employee_id, tag_ids=tag_ids)
            assert answer.code == "1101"


async def test_too_many(signed_in: SignedIn) -> None:
    every = [tag.name for tag in await Tag.all()]
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await set_tags(zhouhang, "Wang Wei", *every)).code == "4003"


async def test_without_tags_nothing_is_asked_for(signed_in: SignedIn) -> None:
    """No list is no empty list: nobody loses theirs by a mistyped field."""
    zhouhang, wang = await signed_in("R_DEPT_MGR"), await Employee.get(name="Wang Wei")
    async with unchanged():
        answer = await zhouhang.call("hr.team.employees.set_tags", employee_id=wang.id, tags=[])
    assert (answer.code, answer.wrong_fields) == ("1200", ["tagIds"])


async def set_tags(caller: Caller, name: str, *tags: str) -> Answer:
    employee, wanted = await Employee.get(name=name), await Tag.filter(name__in=tags)
    tag_ids = [tag.id for tag in wanted]
    return await caller.call("hr.team.employees.set_tags", employee_id=employee.id, tag_ids=tag_ids)


async def tags_of(name: str) -> list[str]:
    return [tag.name for tag in await (await Employee.get(name=name)).tags.all().order_by("id")]

"""hr.employees.set_tags"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee, Tag
from kernel.identity.models import Api, Button, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """These and no others."""
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await set_tags(hanmei, "Wang Wei", "SQL", "Mentor", "SQL"), events) == snapshot
    assert await tags_of("Wang Wei") == ["Mentor", "SQL"]
    assert (await set_tags(hanmei, "Wang Wei")).code == "0000"
    assert await tags_of("Wang Wei") == []


async def test_as_many_as_allowed_and_one_more(signed_in: SignedIn):
    names = [tag.name for tag in await Tag.all().order_by("id")]
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await set_tags(hanmei, "Wang Wei", *names[:11])).code == "4003"
    assert (await set_tags(hanmei, "Wang Wei", *names[:10], names[0])).code == "0000"


async def test_two_sets_at_once(signed_in: SignedIn):
    """One or the other, not a mixture."""
    hanmei = await signed_in("R_HR_MANAGER")
    for _ in range(3):
        sets = [("SQL", "Mentor"), ("English", "German")]
        answers = await asyncio.gather(*(set_tags(hanmei, "Wang Wei", *each) for each in sets))
        assert [answer.code for answer in answers] == ["0000", "0000"]
        assert await tags_of("Wang Wei") in [sorted(each) for each in sets]


async def test_a_tag_that_is_not_there(signed_in: SignedIn):
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        answer = await hanmei.call("hr.employees.set_tags", employee_id=wang.id, tag_ids=[999_999])
    assert answer.code == "1101"


async def test_wrong_values(signed_in: SignedIn):
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        for wrong in ({}, {"tag_ids": None}, {"tag_ids": "SQL"}):
            answer = await hanmei.call("hr.employees.set_tags", employee_id=wang.id, **wrong)
            assert (answer.code, answer.wrong_fields) == ("1200", ["tagIds"])


async def test_of_no_row(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.employees.set_tags", employee_id=999_999, tag_ids=[])).code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.set_tags"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_TAG_EDIT"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await set_tags(zhouhang, "Dai Wen", "SQL")).code == "2208"


async def set_tags(caller: Caller, name: str, *tags: str) -> Answer:
    ids = [(await Tag.get(name=each)).id for each in tags]
    return await caller.call("hr.employees.set_tags", employee_id=(await Employee.get(name=name)).id, tag_ids=ids)


async def tags_of(name: str) -> list[str]:
    return sorted(tag.name for tag in await (await Employee.get(name=name)).tags.all())

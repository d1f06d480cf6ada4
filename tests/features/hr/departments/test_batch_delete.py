"""hr.departments.batch_delete"""

import asyncio
from typing import Any

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from tests.callers import as_snapshot
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """A parent goes together with all that is below it, whatever the order in which they are named."""
    legal, patents, desk = await branch()
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await hanmei.call("hr.departments.batch_delete", ids=[desk, legal, patents])
    assert as_snapshot(answer, events) == snapshot
    marks = {"deleted_at": NOW, "updated_by": "hanmei"}
    assert await departments() == [row | marks if row["id"] in (legal, patents, desk) else row for row in before]


async def test_two_lists_at_once(signed_in: SignedIn):
    """The same rows, named in opposite order: one is first, and neither waits for the other."""
    hanmei = await signed_in("R_HR_MANAGER")
    for code in ("A", "B", "C"):
        ids = [(await Department.create(name="Legal", code=f"{code}{number}")).id for number in range(5)]
        calls = [hanmei.call("hr.departments.batch_delete", ids=each) for each in (ids, ids[::-1])]
        assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", "1101"]


async def test_one_that_is_not_there(signed_in: SignedIn):
    """Never was, or was deleted."""
    legal, patents, desk = await branch()
    await Department.filter(id=desk).delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for gone in (desk, 999_999):
            assert (await hanmei.call("hr.departments.batch_delete", ids=[legal, patents, gone])).code == "1101"


async def test_one_with_employees(signed_in: SignedIn):
    legal, rd = await Department.create(name="Legal", code="LE"), await Department.get(code="RD")
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.departments.batch_delete", ids=[legal.id, rd.id])).code == "2307"


async def test_one_with_a_child_that_is_not_named(signed_in: SignedIn):
    legal, patents, _desk = await branch()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.departments.batch_delete", ids=[legal, patents])).code == "2307"


async def branch() -> tuple[int, int, int]:
    """Legal, below it Patents, and below that one the Patent desk."""
    legal = await Department.create(name="Legal", code="LE")
    patents = await Department.create(name="Patents", code="PA", parent_id=legal.id)
    desk = await Department.create(name="Patent desk", code="PA-1", parent_id=patents.id)
    return legal.id, patents.id, desk.id


async def departments() -> list[dict[str, Any]]:
    return await Department.with_deleted().order_by("id").values()

"""hr.departments.create"""

import asyncio

import asyncpg
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import Status
from kernel.ids import public_id
from kernel.settings import settings
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.database import SERVER
from tests.state import unchanged

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    headquarters = await Department.get(code="HQ")
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await hanmei.call(
        "hr.departments.create",
        name="  Legal ",
        code="LE",
        description="Reads the small print",
        parent_id=headquarters.id,
        order=7,
        status="2",
    )
    assert as_snapshot(answer, events) == snapshot
    legal = await Department.get(code="LE")
    assert public_id(Department, legal.id) == answer.data["createdId"]
    assert (legal.name, legal.description, legal.parent_id) == ("Legal", "Reads the small print", headquarters.id)
    assert (legal.order, legal.status, legal.manager_id) == (7, Status.DISABLED, None)
    assert (legal.created_by, legal.updated_by) == ("hanmei", "hanmei")


async def test_name_and_code_are_enough(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.call("hr.departments.create", name="Legal", code="LE")).code == "0000"
    legal = await Department.get(code="LE")
    assert (legal.parent_id, legal.order, legal.status) == (None, 0, Status.ENABLED)


async def test_a_code_that_is_taken(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.departments.create", name="Legal", code="RD")).code == "2300"


async def test_one_code_ten_times_at_once(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    calls = [hanmei.call("hr.departments.create", name="Legal", code="LE") for _ in range(10)]
    assert sorted([answer.code for answer in await asyncio.gather(*calls)]) == ["0000", *["2300"] * 9]
    assert await Department.filter(code="LE").count() == 1


async def test_a_code_is_free_again_after_a_delete(signed_in: SignedIn):
    await Department.filter(code="RD").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.call("hr.departments.create", name="Legal", code="RD")).code == "0000"
    assert (await Department.get(code="RD")).name == "Legal"


async def test_below_one_that_is_not_there(signed_in: SignedIn):
    """Never was, or was deleted."""
    finance = await Department.get(code="FI")
    await finance.delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for gone in (finance.id, 999_999):
            answer = await hanmei.call("hr.departments.create", name="Legal", code="LE", parent_id=gone)
            assert answer.code == "1101"


async def test_too_deep(signed_in: SignedIn):
    """Or the tree could not be written as JSON any more, for anybody."""
    parent = await Department.create(name="Level 1", code="L1")
    for level in range(2, 33):
        parent = await Department.create(name=f"Level {level}", code=f"L{level}", parent_id=parent.id)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await hanmei.call("hr.departments.create", name="Abyss", code="AB", parent_id=parent.id)
    assert (answer.code, answer.wrong_fields) == ("1200", ["parentId"])
    assert (await hanmei.call("hr.departments.tree")).code == "0000"


async def test_wrong_values(signed_in: SignedIn):
    wrong = {"name": " ", "code": "a b", "description": "x" * 501, "parent_id": "?", "order": 2**31, "status": "3"}
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await hanmei.call("hr.departments.create", **wrong)
    assert (answer.code, answer.wrong_fields) == (
        "1200",
        ["name", "code", "description", "parentId", "order", "status"],
    )


async def test_what_a_code_is_made_of(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for code in ("", "RD\n", "ä", "x" * 51, None):
            answer = await hanmei.call("hr.departments.create", name="Legal", code=code)
            assert (code, answer.code, answer.wrong_fields) == (code, "1200", ["code"])


async def test_nobody_can_manage_what_nobody_works_in(signed_in: SignedIn) -> None:
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        answer = await hanmei.call("hr.departments.create", name="Legal", code="LE", manager_id=wang.id)
    assert (answer.code, answer.body["msg"]) == ("4008", "The new manager is not an active member of Legal.")


@pytest.mark.skipif(not SERVER, reason="On SQLite each transaction has the whole file to itself.")
async def test_people_are_locked_before_the_department_above(signed_in: SignedIn) -> None:
    """As a transfer does, or the two could wait for one another."""
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    headquarters = await Department.get(code="HQ")
    create = hanmei.call(
        "hr.departments.create", name="Legal", code="LE", parent_id=headquarters.id, manager_id=wang.id
    )
    other = await asyncpg.connect(settings().database_url)
    try:
        async with other.transaction():
            await other.execute("SELECT * FROM hr_employee WHERE id = $1 FOR UPDATE", wang.id)
            creating = asyncio.create_task(create)
            async with asyncio.timeout(4):
                while not await other.fetchval(WAITING):  # noqa: ASYNC110  it is in the database
                    await asyncio.sleep(0.01)
            await other.execute("SELECT * FROM hr_department WHERE id = $1 FOR UPDATE NOWAIT", headquarters.id)
        assert (await creating).code == "4008"
    finally:
        await other.close()

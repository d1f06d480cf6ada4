"""system_manage.dictionaries.create"""

import asyncio
from typing import Any

from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from kernel import Status
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged

NEW: dict[str, Any] = {"dictType": "site", "label": "Arctic", "value": "north"}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    more = {"order": 3, "status": "2", "remark": "Cold\nand far"}
    assert as_snapshot(await create(await signed_in("R_ADMIN"), **more), events) == snapshot
    entry = await Dictionary.get(dict_type="site")
    assert (entry.label, entry.value, entry.order) == ("Arctic", "north", 3)
    assert (entry.status, entry.remark, entry.created_by) == (Status.DISABLED, "Cold\nand far", "Admin")


async def test_with_no_more_than_it_needs(signed_in: SignedIn) -> None:
    assert (await create(await signed_in("R_ADMIN"), order=None, status=None, remark="")).code == "0000"
    entry = await Dictionary.get(dict_type="site")
    assert (entry.order, entry.status, entry.remark) == (0, Status.ENABLED, None)


async def test_a_value_that_is_taken(signed_in: SignedIn) -> None:
    """In this dictionary: another one may have it."""
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await create(admin, dictType="tag_category", value="skill")).code == "2300"
    assert (await create(admin, value="skill")).code == "0000"


async def test_of_many_at_once_one_is_created(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answers = await asyncio.gather(*(create(admin, label=f"Arctic {number}") for number in range(8)))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2300"] * 7


async def test_wrong_values(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    wrong = {"dictType": "a type", "label": " ", "value": "v" * 101, "order": 2**31, "status": "0", "remark": "r" * 501}
    async with unchanged():
        answer = await create(admin, **wrong)
        assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))
        answer = await admin.call("system_manage.dictionaries.create")
        assert (answer.code, answer.wrong_fields) == ("1200", list(NEW))


async def create(caller: Caller, **changes: object) -> Answer:
    return await caller.call("system_manage.dictionaries.create", **NEW | changes)

"""hr.departments.batch_delete"""

import asyncio
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel.identity.models import Api, Role
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import NOW, SignedIn

URL = "/api/v1/business/hr/departments"


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """A parent goes together with all that is below it, whatever the order in which they are named."""
    legal, patents, desk = await branch()
    before = await departments()
    response = await delete(await signed_in("R_HR_MANAGER"), [desk, legal, patents])
    assert shown(response, events) == snapshot
    marks = {"deleted_at": NOW, "updated_by": "hanmei"}
    assert await departments() == [row | marks if row["id"] in (legal, patents, desk) else row for row in before]


async def test_the_same_id_twice(signed_in: SignedIn):
    legal = await Department.create(name="Legal", code="LE")
    answer = (await delete(await signed_in("R_HR_MANAGER"), [legal.id, legal.id])).json()
    assert answer["data"] == {"deletedIds": [encode(legal.id)]}
    assert not await Department.exists(id=legal.id)


async def test_two_lists_at_once(signed_in: SignedIn):
    """The same rows, named in opposite order: one is first, and neither waits for the other."""
    hanmei = await signed_in("R_HR_MANAGER")
    for code in ("A", "B", "C"):
        ids = [(await Department.create(name="Legal", code=f"{code}{number}")).id for number in range(5)]
        answers = await asyncio.gather(delete(hanmei, ids), delete(hanmei, ids[::-1]))
        assert sorted(answer.json()["code"] for answer in answers) == ["0000", "1101"]


async def test_one_of_no_row(signed_in: SignedIn, events: list[object]):
    legal = await Department.create(name="Legal", code="LE")
    before = await departments()
    assert (await delete(await signed_in("R_HR_MANAGER"), [legal.id, 999_999])).json()["code"] == "1101"
    assert (await departments(), events) == (before, [])


async def test_one_deleted_already(signed_in: SignedIn, events: list[object]):
    legal, patents, desk = await branch()
    await Department.filter(id=desk).delete()
    before = await departments()
    assert (await delete(await signed_in("R_HR_MANAGER"), [legal, patents, desk])).json()["code"] == "1101"
    assert (await departments(), events) == (before, [])


async def test_one_with_employees(signed_in: SignedIn, events: list[object]):
    legal, rd = await Department.create(name="Legal", code="LE"), await Department.get(code="RD")
    before = await departments()
    assert (await delete(await signed_in("R_HR_MANAGER"), [legal.id, rd.id])).json()["code"] == "2307"
    assert (await departments(), events) == (before, [])


async def test_one_with_a_child_that_is_not_named(signed_in: SignedIn, events: list[object]):
    legal, patents, _desk = await branch()
    before = await departments()
    assert (await delete(await signed_in("R_HR_MANAGER"), [legal, patents])).json()["code"] == "2307"
    assert (await departments(), events) == (before, [])


@pytest.mark.parametrize("ids", [[], None, "all", [7], ["not-an-id"], [encode(999_999)] * 1001])
async def test_what_is_no_list_of_ids(ids: object, signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.request("DELETE", URL, json={"ids": ids})).json()["code"] == "1200"
    assert (await departments(), events) == (before, [])


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient, events: list[object]):
    legal = await Department.create(name="Legal", code="LE")
    before = await departments()
    user = await signed_in("R_USER")
    assert (await delete(client, [legal.id])).json()["code"] == "2100"
    assert (await delete(user, [legal.id])).json()["code"] == "2201"
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="hr.departments.batch_delete"))
    assert (await delete(user, [legal.id])).json()["code"] == "2202"
    assert (await departments(), events) == (before, [])


async def branch() -> tuple[int, int, int]:
    """Legal, below it Patents, and below that one the Patent desk."""
    legal = await Department.create(name="Legal", code="LE")
    patents = await Department.create(name="Patents", code="PA", parent_id=legal.id)
    desk = await Department.create(name="Patent desk", code="PA-1", parent_id=patents.id)
    return legal.id, patents.id, desk.id


async def delete(caller: httpx.AsyncClient, ids: list[int]) -> httpx.Response:
    return await caller.request("DELETE", URL, json={"ids": [encode(each) for each in ids]})


async def departments() -> list[dict[str, Any]]:
    return await Department.with_deleted().order_by("id").values()

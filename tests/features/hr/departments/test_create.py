"""hr.departments.create"""

import asyncio
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel import Status
from kernel.identity.models import Api, Role
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import SignedIn

URL = "/api/v1/business/hr/departments"
LEGAL = {"name": "Legal", "code": "LE"}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    headquarters = await Department.get(code="HQ")
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.post(
        URL,
        json={
            "name": "  Legal ",
            "code": "LE",
            "description": "Reads the small print",
            "parentId": encode(headquarters.id),
            "order": 7,
            "status": "2",
        },
    )
    assert shown(response, events) == snapshot
    legal = await Department.get(code="LE")
    assert encode(legal.id) == response.json()["data"]["createdId"]
    assert (legal.name, legal.description, legal.parent_id) == ("Legal", "Reads the small print", headquarters.id)
    assert (legal.order, legal.status, legal.manager_id) == (7, Status.DISABLED, None)
    assert (legal.created_by, legal.updated_by) == ("hanmei", "hanmei")


@pytest.mark.parametrize("parent", [{}, {"parentId": 0}, {"parentId": "0"}, {"parentId": None}])
async def test_a_root(parent: dict[str, Any], signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=LEGAL | parent)).json()["code"] == "0000"
    legal = await Department.get(code="LE")
    assert (legal.parent_id, legal.order, legal.status) == (None, 0, Status.ENABLED)


async def test_unknown_fields_are_ignored(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    extra = {"id": 1, "managerId": 1, "createdBy": "Soybean", "deletedAt": 1, "nonsense": True}
    assert (await hanmei.post(URL, json=LEGAL | extra)).json()["code"] == "0000"
    legal = await Department.get(code="LE")
    assert (legal.id, legal.manager_id, legal.created_by) == (7, None, "hanmei")


async def test_a_code_that_is_taken(signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=LEGAL | {"code": "RD"})).json()["code"] == "2300"
    assert (await departments(), events) == (before, [])


async def test_one_code_ten_times_at_once(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(*(hanmei.post(URL, json=LEGAL) for _ in range(10)))
    assert sorted(answer.json()["code"] for answer in answers) == ["0000", *["2300"] * 9]
    assert await Department.filter(code="LE").count() == 1


async def test_a_code_is_free_again_after_a_delete(signed_in: SignedIn):
    await Department.filter(code="RD").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=LEGAL | {"code": "RD"})).json()["code"] == "0000"
    assert (await Department.get(code="RD")).name == "Legal"


async def test_below_no_row(signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=LEGAL | {"parentId": encode(999_999)})).json()["code"] == "1101"
    assert (await departments(), events) == (before, [])


async def test_below_a_deleted_department(signed_in: SignedIn, events: list[object]):
    finance = await Department.get(code="FI")
    await finance.delete()
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=LEGAL | {"parentId": encode(finance.id)})).json()["code"] == "1101"
    assert (await departments(), events) == (before, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", "   "),
        ("name", "x" * 101),
        ("code", None),
        ("code", ""),
        ("code", "a b"),
        ("code", "RD\n"),
        ("code", "x" * 51),
        ("description", "x" * 501),
        ("parentId", 1),
        ("parentId", "not-an-id"),
        ("parentId", False),
        ("order", 2**31),
        ("status", "3"),
    ],
)
async def test_a_wrong_value(field: str, value: object, signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.post(URL, json=LEGAL | {field: value})).json()
    assert (answer["code"], [each["field"] for each in answer["data"]["errors"]]) == ("1200", [field])
    assert (await departments(), events) == (before, [])


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient, events: list[object]):
    before = await departments()
    user = await signed_in("R_USER")
    assert (await client.post(URL, json=LEGAL)).json()["code"] == "2100"
    assert (await user.post(URL, json=LEGAL)).json()["code"] == "2201"
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="hr.departments.create"))
    assert (await user.post(URL, json=LEGAL)).json()["code"] == "2202"
    assert (await departments(), events) == (before, [])


async def departments() -> list[dict[str, Any]]:
    return await Department.with_deleted().order_by("id").values()


async def test_departments_do_not_stand_too_deep_below_one_another(signed_in: SignedIn):
    """Or the tree could not be written as JSON any more, for anybody."""
    hanmei = await signed_in("R_HR_MANAGER")
    parent = await Department.create(name="Level 1", code="L1")
    for level in range(2, 33):
        parent = await Department.create(name=f"Level {level}", code=f"L{level}", parent_id=parent.id)
    answer = (await hanmei.post(URL, json={"name": "Abyss", "code": "AB", "parentId": encode(parent.id)})).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", "parentId")
    top, rd = await Department.get(code="L1"), await Department.get(code="RD")
    moved = (await hanmei.patch(f"{URL}/{encode(top.id)}", json={"parentId": encode(rd.id)})).json()
    assert moved["code"] == "1200"
    assert (await hanmei.get(f"{URL}/tree")).json()["code"] == "0000"

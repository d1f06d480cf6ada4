"""hr.departments.update"""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel import Status, clock
from kernel.identity.models import Api, Role
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import NOW, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.patch(
        await url_of("SA"),
        json={
            "name": "Sales and Service",
            "code": "SAS",
            "description": None,
            "parentId": await id_of("PD"),
            "order": 9,
            "status": "2",
        },
    )
    assert shown(response, events) == snapshot
    sales = await Department.get(code="SAS").select_related("parent")
    assert sales.parent
    assert (sales.name, sales.description, sales.parent.code) == ("Sales and Service", None, "PD")
    assert (sales.order, sales.status) == (9, Status.DISABLED)


async def test_changes_only_what_is_sent(signed_in: SignedIn):
    (before,) = await Department.filter(code="SA").values()
    hanmei, later = await signed_in("R_HR_MANAGER"), NOW + timedelta(hours=1)
    with clock.frozen(later):
        await hanmei.patch(await url_of("SA"), json={"name": "Sales and Service", "managerId": None, "deletedAt": 1})
    (after,) = await Department.filter(code="SA").values()
    assert after == before | {"name": "Sales and Service", "updated_by": "hanmei", "updated_at": later}


async def test_nothing_sent_changes_nothing(signed_in: SignedIn):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.patch(await url_of("SA"), json={})).json()["code"] == "0000"
    assert await departments() == before


@pytest.mark.parametrize("root", [0, "0", None])
async def test_made_a_root(root: object, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.patch(await url_of("SA"), json={"parentId": root})).json()["code"] == "0000"
    assert (await Department.get(code="SA")).parent_id is None


@pytest.mark.parametrize("parent", ["HQ", "RD", "LAB", "DESK"])
async def test_never_below_itself(parent: str, signed_in: SignedIn, events: list[object]):
    """HQ has RD below it, that has LAB, and that DESK."""
    lab = await Department.create(name="Lab", code="LAB", parent_id=(await Department.get(code="RD")).id)
    await Department.create(name="Desk", code="DESK", parent_id=lab.id)
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.patch(await url_of("HQ"), json={"parentId": await id_of(parent)})).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", "parentId")
    assert (await departments(), events) == (before, [])


async def test_two_moves_at_once_close_no_cycle(signed_in: SignedIn):
    """RD below SA, SA below RD: one comes too late, and neither waits for the other."""
    hanmei, top = await signed_in("R_HR_MANAGER"), await Department.get(code="HQ")
    for _ in range(3):
        answers = await asyncio.gather(
            hanmei.patch(await url_of("RD"), json={"parentId": await id_of("SA")}),
            hanmei.patch(await url_of("SA"), json={"parentId": await id_of("RD")}),
        )
        assert sorted(answer.json()["code"] for answer in answers) == ["0000", "1200"]
        await Department.filter(code__in=["RD", "SA"]).update(parent_id=top.id)


@pytest.mark.parametrize("field", ["name", "code", "order", "status"])
async def test_null_where_a_value_is_needed(field: str, signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.patch(await url_of("SA"), json={field: None})).json()
    assert (answer["code"], [each["field"] for each in answer["data"]["errors"]]) == ("1200", [field])
    assert (await departments(), events) == (before, [])


@pytest.mark.parametrize(
    ("field", "value"), [("name", " "), ("code", "a b"), ("order", "first"), ("status", "0"), ("parentId", 3)]
)
async def test_a_wrong_value(field: str, value: object, signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.patch(await url_of("SA"), json={"description": "new", field: value})).json()
    assert (answer["code"], [each["field"] for each in answer["data"]["errors"]]) == ("1200", [field])
    assert (await departments(), events) == (before, [])


async def test_a_code_that_is_taken(signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.patch(await url_of("SA"), json={"code": "RD"})).json()["code"] == "2300"
    assert (await departments(), events) == (before, [])


async def test_its_own_code_and_that_of_a_deleted_department(signed_in: SignedIn):
    await Department.filter(code="RD").delete()
    hanmei, sales = await signed_in("R_HR_MANAGER"), await url_of("SA")
    assert (await hanmei.patch(sales, json={"code": "SA"})).json()["code"] == "0000"
    assert (await hanmei.patch(sales, json={"code": "RD"})).json()["code"] == "0000"
    assert (await Department.get(code="RD")).name == "Sales"


async def test_of_no_row(signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    for changes in ({"name": "Nobody"}, {"parentId": await id_of("RD")}):
        assert (await hanmei.patch(url(999_999), json=changes)).json()["code"] == "1101"
    assert (await departments(), events) == (before, [])


async def test_deleted(signed_in: SignedIn):
    sales = await url_of("SA")
    await Department.filter(code="SA").delete()
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.patch(sales, json={"name": "Risen"})).json()["code"] == "1101"
    assert await departments() == before


async def test_below_no_row_or_a_deleted_one(signed_in: SignedIn, events: list[object]):
    deleted = await id_of("FI")
    await Department.filter(code="FI").delete()
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    for parent in (encode(999_999), deleted):
        answer = (await hanmei.patch(await url_of("SA"), json={"name": "New", "parentId": parent})).json()
        assert answer["code"] == "1101"
    assert (await departments(), events) == (before, [])


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient, events: list[object]):
    before, sales, changes = await departments(), await url_of("SA"), {"name": "Ours"}
    user = await signed_in("R_USER")
    assert (await client.patch(sales, json=changes)).json()["code"] == "2100"
    assert (await user.patch(sales, json=changes)).json()["code"] == "2201"
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="hr.departments.update"))
    assert (await user.patch(sales, json=changes)).json()["code"] == "2202"
    assert (await departments(), events) == (before, [])


def url(department_id: int) -> str:
    return f"/api/v1/business/hr/departments/{encode(department_id)}"


async def url_of(code: str) -> str:
    return url((await Department.get(code=code)).id)


async def id_of(code: str) -> str:
    return encode((await Department.get(code=code)).id)


async def departments() -> list[dict[str, Any]]:
    return await Department.with_deleted().order_by("id").values()

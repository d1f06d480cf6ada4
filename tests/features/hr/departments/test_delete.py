"""hr.departments.delete"""

import asyncio
from typing import Any

import httpx
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, EmployeeStatus
from kernel.identity.models import Api, Role
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import NOW, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """The row stays, with a mark; to everybody it is gone."""
    legal = await Department.create(name="Legal", code="LE")
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.delete(url(legal.id))
    assert shown(response, events) == snapshot
    assert not await Department.exists(id=legal.id)
    marked = await Department.with_deleted().get(id=legal.id)
    assert (marked.deleted_at, marked.updated_by) == (NOW, "hanmei")


async def test_twice(signed_in: SignedIn):
    legal = await Department.create(name="Legal", code="LE")
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(hanmei.delete(url(legal.id)), hanmei.delete(url(legal.id)))
    assert sorted(answer.json()["code"] for answer in answers) == ["0000", "1101"]


async def test_of_no_row(signed_in: SignedIn, events: list[object]):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.delete(url(999_999))).json()["code"] == "1101"
    assert (await departments(), events) == (before, [])


async def test_what_is_no_id(signed_in: SignedIn):
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.delete("/api/v1/business/hr/departments/3")).json()["code"] == "1200"
    assert await departments() == before


async def test_with_employees(signed_in: SignedIn, events: list[object]):
    """Who has resigned is on file there too."""
    legal = await Department.create(name="Legal", code="LE")
    await Employee.create(name="Gone", department_id=legal.id, status=EmployeeStatus.RESIGNED)
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.delete(url(legal.id))).json()["code"] == "2307"
    assert (await departments(), events) == (before, [])


async def test_with_deleted_employees_only(signed_in: SignedIn):
    legal = await Department.create(name="Legal", code="LE")
    await (await Employee.create(name="Gone", department_id=legal.id)).delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.delete(url(legal.id))).json()["code"] == "0000"


async def test_with_children(signed_in: SignedIn, events: list[object]):
    legal = await Department.create(name="Legal", code="LE")
    await Department.create(name="Patents", code="PA", parent_id=legal.id)
    before = await departments()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.delete(url(legal.id))).json()["code"] == "2307"
    assert (await departments(), events) == (before, [])


async def test_while_somebody_is_taken_on_there(signed_in: SignedIn):
    """Whoever comes first: nobody works in a deleted department."""
    hanmei = await signed_in("R_HR_MANAGER")
    for user_name in ("meili", "haoran", "yutong"):
        legal = await Department.create(name="Legal", code=user_name)
        newcomer = {"userName": user_name, "name": user_name, "departmentId": encode(legal.id)}
        answers = await asyncio.gather(
            hanmei.delete(url(legal.id)), hanmei.post("/api/v1/business/hr/employees", json=newcomer)
        )
        assert [answer.json()["code"] for answer in answers] in (["0000", "1101"], ["2307", "0000"])


async def test_while_another_is_put_below_it(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    for code in ("A", "B", "C"):
        legal = await Department.create(name="Legal", code=code)
        child = {"name": "Patents", "code": f"{code}-1", "parentId": encode(legal.id)}
        answers = await asyncio.gather(
            hanmei.delete(url(legal.id)), hanmei.post("/api/v1/business/hr/departments", json=child)
        )
        assert [answer.json()["code"] for answer in answers] in (["0000", "1101"], ["2307", "0000"])


async def test_with_deleted_children_only(signed_in: SignedIn):
    legal = await Department.create(name="Legal", code="LE")
    await (await Department.create(name="Patents", code="PA", parent_id=legal.id)).delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.delete(url(legal.id))).json()["code"] == "0000"


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient, events: list[object]):
    legal = await Department.create(name="Legal", code="LE")
    before = await departments()
    user = await signed_in("R_USER")
    assert (await client.delete(url(legal.id))).json()["code"] == "2100"
    assert (await user.delete(url(legal.id))).json()["code"] == "2201"
    await (await Role.get(role_code="R_USER")).apis.add(await Api.get(route_key="hr.departments.delete"))
    assert (await user.delete(url(legal.id))).json()["code"] == "2202"
    assert (await departments(), events) == (before, [])


def url(department_id: int) -> str:
    return f"/api/v1/business/hr/departments/{encode(department_id)}"


async def departments() -> list[dict[str, Any]]:
    return await Department.with_deleted().order_by("id").values()

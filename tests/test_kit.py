"""The kit that the other tests stand on: a call goes where it is to go, and what should have been seen is seen."""

import json
from datetime import date, time
from decimal import Decimal
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee, Tag
from kernel import Status
from kernel.identity.models import Role, User
from kernel.ids import public_id
from tests import database
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import differences, unchanged

pytestmark = pytest.mark.usefixtures("app")


def sent(answer: Answer) -> tuple[str, str, Any]:
    """Method, path and query, and body of the request behind an answer."""
    request = answer.response.request
    return request.method, request.url.raw_path.decode(), json.loads(request.content) if request.content else None


async def test_a_call_fills_the_path_and_then_the_body(client: Caller) -> None:
    answer = await client.call("hr.employees.transfer", employee_id=7, department_id=8, new_manager_employee_id=None)
    path = f"/api/v1/business/hr/employees/{public_id(Employee, 7)}/department"
    assert sent(answer) == ("PATCH", path, {"departmentId": public_id(Department, 8), "newManagerEmployeeId": None})


async def test_or_the_query_where_no_body_is_read(client: Caller) -> None:
    assert sent(await client.call("route.exists", name="a b")) == ("GET", "/api/v1/route/exists?name=a+b", None)
    assert sent(await client.call("health.live")) == ("GET", "/api/v1/health/live", None)


async def test_only_an_integer_for_an_id_is_made_public(client: Caller) -> None:
    rows = {"tag_ids": [2, "x"], "department_id": 3, "size": 4, "departmentIds": [5], "any_ids": [6]}
    _, _, body = sent(await client.call("hr.employees.onboard", **rows))
    assert body == {
        "tagIds": [public_id(Tag, 2), "x"],
        "departmentId": public_id(Department, 3),
        "size": 4,
        "departmentIds": [5],
        "anyIds": [6],
    }
    for value in (True, "x"):
        assert sent(await client.call("hr.employees.search", department_id=value))[2] == {"departmentId": value}
    _, path, _ = sent(await client.call("hr.employees.get", employee_id="../a b"))
    assert path == "/api/v1/business/hr/employees/..%2Fa%20b"


async def test_what_json_does_not_know_is_sent_as_pydantic_writes_it(client: Caller) -> None:
    values = {"price": Decimal("12.50"), "day": date(2026, 1, 15), "status": Status.ENABLED, "many": [{"at": time(8)}]}
    _, _, body = sent(await client.call("hr.employees.search", **values))
    assert body == {"price": "12.50", "day": "2026-01-15", "status": "1", "many": [{"at": "08:00:00"}]}
    _, url, _ = sent(await client.call("route.exists", name=Decimal("1.0"), day=date(2026, 1, 15), on=True, off=None))
    assert url == "/api/v1/route/exists?name=1.0&day=2026-01-15&on=true&off="


async def test_a_call_that_cannot_be_made_says_why(client: Caller) -> None:
    with pytest.raises(
        LookupError, match=r"there is no use case hr\.employees\.promot, but: .*auth\.login, .*hr\.empl"
    ):
        await client.call("hr.employees.promot")
    with pytest.raises(TypeError, match=r"hr\.employees\.get is at /api/v1/.*\{employee_id\}: give employee_id"):
        await client.call("hr.employees.get", id=1)


async def test_an_answer(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    refused = await hanmei.call("hr.departments.search", size=0, status="3")
    assert (refused.status, refused.code, refused.wrong_fields) == (200, "1200", ["size", "status"])
    assert refused.errors[0]["message"] in repr(refused)
    found = await hanmei.call("hr.departments.search", size=1)
    assert (found.code, found.data["total"], found.errors, found.body["msg"]) == ("0000", 6, [], "OK")
    assert found.headers["content-type"] == "application/json"


def test_a_secret_is_shown_by_name() -> None:
    body = {"code": "0000", "data": [{"rawPassword": "hunter2", "token": None}]}
    assert as_snapshot(Answer(httpx.Response(200, json=body))) == {
        "status": 200,
        "body": {"code": "0000", "data": [{"rawPassword": "<rawPassword>", "token": None}]},
    }


class TestSnapshot:
    def test_success(self, snapshot: SnapshotAssertion) -> None:
        """`just snapshots` stores whatever a test shows: a refusal that somebody overlooked would hold for good."""
        matcher: Any = snapshot.matcher
        refusal = {"code": "2300", "msg": "There is one.", "data": None}
        with pytest.raises(pytest.fail.Exception, match=r"is not stored as one: 2300 There is one\."):
            matcher(data=refusal, path=())
        for other in ({**refusal, "code": "0000"}, {"code": "2300"}, "2300"):
            assert matcher(data=other, path=()) is other

    def test_another_may_hold_one(self, snapshot: SnapshotAssertion) -> None:
        assert snapshot.matcher is None


async def test_what_was_undone_is_no_change(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.departments.create", name="Legal", code="RD")).code == "2300"


async def test_a_change_is_told(signed_in: SignedIn) -> None:
    """Whatever it is, and where."""
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    rd, sales = await Department.get(code="RD"), await Department.get(code="SA")
    sql, admin = await Tag.get(name="SQL"), await Role.get(role_code="R_ADMIN")
    await wang.tags.clear()

    async def change() -> None:
        async with unchanged():
            await hanmei.call("hr.employees.transfer", employee_id=wang.id, department_id=sales.id)
            await wang.tags.add(sql)
            await User.create(user_name="lilei", password_hash="x")
            await admin.apis.clear()

    with pytest.raises(AssertionError) as changed:
        await change()
    lines = str(changed.value).splitlines()
    assert lines[0] == "this was to change nothing:"
    assert f"hr_employee: row {wang.id}: department_id was {rd.id}, is {sales.id}" in lines
    assert any(line.startswith("hr_employee_tag: new is {") for line in lines)
    assert any(line.startswith("sys_user: new is {") and "lilei" in line for line in lines)
    assert any(line.startswith("sys_role_api: gone is {") for line in lines)
    assert lines[-1].startswith("told: EmployeeTransferred(")


def test_rows_without_an_id_are_counted() -> None:
    link = {"tag_id": 1, "employee_id": 2}
    assert differences({"link": [link]}, {"link": [link, link]}) == [f"link: new is {link}"]


async def test_the_database_is_put_back() -> None:
    before = await database.contents()
    await Employee.all().delete()
    await User.create(user_name="lilei", password_hash="x")
    await Department.filter(code="RD").update(name="Research")
    assert differences(before, await database.contents())
    await database.restore()
    assert differences(before, await database.contents()) == []
    again = await User.create(user_name="lilei", password_hash="x")
    assert again.id == 1 + max(row["id"] for row in before["sys_user"])

"""system_manage.login_logs.search; what writes the entries is tested where they are written."""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import clock
from kernel.identity.models import Api, LoginLog, Role
from kernel.schema.types import to_millis
from tests.callers import Caller, as_snapshot
from tests.conftest import NOW, SignedIn


@pytest.fixture
async def some_history(client: Caller) -> None:
    client.headers.update({"User-Agent": "Browser/1.0", "X-Request-ID": "a-request"})
    await client.call("auth.login", user_name="hanmei", password="123456")
    with clock.frozen(NOW + timedelta(minutes=1)):
        await client.call("auth.login", user_name="liuqing", password="wrong")
    with clock.frozen(NOW + timedelta(minutes=2)):
        await client.call("auth.login", user_name="nobody", password="wrong")


pytestmark = pytest.mark.usefixtures("some_history")


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    assert as_snapshot(await admin.call("system_manage.login_logs.search"), events) == snapshot


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [None, "liuqing", "hanmei"]),
        ({"userName": "Q"}, ["liuqing"]),
        ({"code": "2401"}, [None, "liuqing"]),
        ({"code": "0000", "event": ["sign_in", "denial"]}, ["hanmei"]),
        ({"event": ["denial"]}, []),
        ({"address": "127.0"}, [None, "liuqing", "hanmei"]),
        ({"createdAtStart": to_millis(NOW + timedelta(minutes=2))}, [None]),
        ({"createdAtEnd": to_millis(NOW)}, ["hanmei"]),
        ({"orderBy": ["createdAt"]}, ["hanmei", "liuqing", None]),
    ],
)
async def test_finds(query: dict[str, Any], found: list[str | None], signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    records = (await admin.call("system_manage.login_logs.search", **query)).data["records"]
    assert [record["userName"] for record in records] == found


async def test_entries_go_by_age(signed_in: SignedIn, client: Caller) -> None:
    with clock.frozen(NOW + timedelta(days=180, minutes=1)):
        await client.call("auth.login", user_name="wangwei", password="123456")
    assert await LoginLog.all().order_by("id").values_list("user_name", flat=True) == ["liuqing", None, "wangwei"]


async def test_what_an_administrator_is_refused_is_logged(signed_in: SignedIn) -> None:
    """And what anybody is refused at a super administrator's door."""
    await (await Role.get(role_code="R_ADMIN")).apis.remove(await Api.get(route_key="hr.departments.create"))
    for name in ("Admin", "wangwei"):
        caller = await signed_in(name)
        assert (await caller.call("auth.impersonate", user_id=1)).code == "2206"
        assert (await caller.call("hr.departments.create", name="New", code="NEW")).code == "2201"
    entries = await LoginLog.filter(event="denial").order_by("id").values_list("user_name", "code", "detail")
    assert list(entries) == [
        ("Admin", "2206", "auth.impersonate"),
        ("Admin", "2201", "hr.departments.create"),
        ("wangwei", "2206", "auth.impersonate"),
    ]

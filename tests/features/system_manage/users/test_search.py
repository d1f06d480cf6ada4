"""system_manage.users.search"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import User
from tests.callers import shown
from tests.conftest import NOW, Cost, SignedIn

URL = "/api/v1/system-manage/users/search"


async def search(caller: httpx.AsyncClient, **body: object) -> dict[str, Any]:
    return (await caller.post(URL, json=body)).json()


async def names(caller: httpx.AsyncClient, **body: object) -> list[str]:
    return [record["userName"] for record in (await search(caller, **{"size": 1000, **body}))["data"]["records"]]


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    response = await admin.post(URL, json={"userName": "zh", "orderBy": ["-userName"], "current": 2, "size": 3})
    assert shown(response, events) == snapshot


async def test_ten_a_page_from_the_first(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    page = (await search(admin))["data"]
    assert (page["current"], page["size"], len(page["records"])) == (1, 10, 10)
    assert page["total"] == await User.all().count()
    assert [record["userName"] for record in page["records"]][:4] == ["Soybean", "Super", "Admin", "User"]


async def test_pages_neither_overlap_nor_leave_anybody_out(signed_in: SignedIn) -> None:
    """However the rows are ordered: here by a column in which all are alike."""
    admin = await signed_in("R_ADMIN")
    pages = [await names(admin, orderBy=["statusType"], current=page, size=9) for page in range(1, 9)]
    assert sorted(name for page in pages for name in page) == sorted([user.user_name for user in await User.all()])


async def test_past_the_last_page_there_is_nothing(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    page = (await search(admin, current=1_000_000, size=1000))["data"]
    assert (page["records"], page["total"]) == ([], await User.all().count())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"userName": "SOY"}, ["Soybean"]),
        ({"user_name": "soy"}, ["Soybean"]),
        ({"nickName": "n mei"}, ["hanmei"]),
        ({"userPhone": "00000001"}, ["zhaomin"]),
        ({"userEmail": "hanmei@"}, ["hanmei"]),
        ({"userName": "%"}, []),
        ({"userName": "_"}, []),
        ({"userName": "\\"}, []),
        ({"userName": "'; DROP TABLE sys_user; --"}, []),
        ({"userName": "han", "userGender": "1"}, ["zhouhang", "zhanglei"]),
        ({"userName": "han", "userGender": "2"}, ["hanmei", "luhan"]),
        ({"userName": "han", "userGender": None, "statusType": ""}, ["hanmei", "zhouhang", "zhanglei", "luhan"]),
    ],
)
async def test_filters(signed_in: SignedIn, filters: dict[str, str], expected: list[str]) -> None:
    """Text is found anywhere, in any case and literally; null and "" do not filter."""
    admin = await signed_in("R_ADMIN")
    assert await names(admin, **filters) == expected


async def test_filter_by_status(signed_in: SignedIn) -> None:
    disabled = [user.user_name for user in await User.filter(status_type=Status.DISABLED).order_by("id")]
    admin = await signed_in("R_ADMIN")
    assert await names(admin, statusType="2") == disabled
    assert len(disabled) > 0


async def test_filter_by_time_includes_both_ends(signed_in: SignedIn) -> None:
    await User.filter(user_name="hanmei").update(created_at=NOW - timedelta(days=1))
    admin = await signed_in("R_ADMIN")
    moment = 1768465800000 - 24 * 60 * 60 * 1000
    assert await names(admin, createdAtStart=moment, createdAtEnd=moment) == ["hanmei"]
    assert await names(admin, createdAtStart=moment + 1, createdAtEnd=moment + 2) == []
    assert "hanmei" not in await names(admin, createdAtStart=moment + 1)
    assert await names(admin, createdAtEnd=moment) == ["hanmei"]


async def test_order_by_several_fields(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    found = (await search(admin, orderBy=["statusType", "-userName"], size=1000))["data"]["records"]
    enabled = [record["userName"] for record in found if record["statusType"] == "1"]
    in_lower_case = [name for name in enabled if name.islower()]
    assert [record["statusType"] for record in found] == sorted(record["statusType"] for record in found)
    assert in_lower_case == sorted(in_lower_case, reverse=True)


@pytest.mark.parametrize(
    "field",
    ["passwordHash", "password_hash", "tokenVersion", "roles__id", "fmtCreatedAt", "-", "", "id; --", "nothing"],
)
async def test_order_by_what_the_record_does_not_show(signed_in: SignedIn, field: str) -> None:
    admin = await signed_in("R_ADMIN")
    answer = await search(admin, orderBy=[field])
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", "orderBy")


@pytest.mark.parametrize(
    "body",
    [
        {"current": 0},
        {"size": 0},
        {"size": 1001},
        {"current": -1},
        {"size": "many"},
        {"userGender": "4"},
        {"statusType": "enabled"},
        {"createdAtStart": -1},
        {"createdAtEnd": 10**18},
        {"createdAtEnd": "2026-01-15"},
        {"orderBy": "userName"},
        {"userName": "n" * 201},
    ],
)
async def test_a_malformed_query(signed_in: SignedIn, body: dict[str, object]) -> None:
    admin = await signed_in("R_ADMIN")
    answer = await search(admin, **body)
    assert (answer["code"], [error["field"] for error in answer["data"]["errors"]]) == ("1200", list(body))


async def test_a_secret_is_neither_shown_nor_found(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    response = await admin.post(URL, json={"passwordHash": "nothing like it", "size": 1000})
    assert response.json()["data"]["total"] == await User.all().count()
    assert "argon2" not in response.text
    assert "passwordHash" not in response.text


async def test_without_permission(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await search(hanmei))["code"] == "2201"


@pytest.mark.parametrize("size", [1, 50])
async def test_it_costs_five_statements_whatever_the_size(
    signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]], size: int
) -> None:
    """The actor, the permission, the number of all, the page, and its roles."""
    admin = await signed_in("R_ADMIN")
    with counting() as cost:
        await search(admin, size=size)
    assert len(cost.statements) == 5

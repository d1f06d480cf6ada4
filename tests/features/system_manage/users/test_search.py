"""system_manage.users.search"""

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import User
from kernel.schema.types import to_millis
from tests.callers import Caller, as_snapshot
from tests.conftest import NOW, Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    query = {"user_name": "zh", "order_by": ["-userName"], "current": 2, "size": 3}
    assert as_snapshot(await admin.call("system_manage.users.search", **query), events) == snapshot


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"user_name": "SOY"}, ["Soybean"]),
        ({"nick_name": "n mei"}, ["hanmei"]),
        ({"user_phone": "00000001"}, ["zhaomin"]),
        ({"user_phone": " +86 (138) 0000-0001 "}, ["zhaomin"]),
        ({"user_phone": "0-0000-001"}, ["zhaomin"]),
        ({"user_phone": " - ", "user_name": "Soy"}, ["Soybean"]),
        ({"user_email": "hanmei@"}, ["hanmei"]),
        ({"user_name": "han", "user_gender": "1"}, ["zhouhang", "zhanglei"]),
        ({"user_name": "han", "user_gender": "2"}, ["hanmei", "luhan"]),
        ({"by_user_role_code_list": ["R_HR_MANAGER", "R_DEPT_MGR"], "user_name": "han"}, ["hanmei", "zhouhang"]),
        ({"by_user_role_code_list": ["R_NOBODY"]}, []),
        ({"by_user_role_code_list": [], "user_name": "hanm"}, ["hanmei"]),
    ],
)
async def test_filters(signed_in: SignedIn, filters: dict[str, str], expected: list[str]) -> None:
    assert await names(await signed_in("R_ADMIN"), **filters) == expected


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"nickName": "x" * 60_000}, ["nickName"]),
        ({"byUserRoleCodeList": ["R_USER", "x" * 65]}, ["byUserRoleCodeList.1"]),
        ({"byUserRoleCodeList": ["\ud800"]}, ["body"]),
    ],
)
async def test_what_no_column_can_hold_is_refused(
    signed_in: SignedIn, sent: dict[str, object], wrong: list[str]
) -> None:
    """The database and Tortoise would fail at it."""
    answer = await (await signed_in("R_ADMIN")).call("system_manage.users.search", **sent)
    assert (answer.code, answer.wrong_fields) == ("1200", wrong)


async def test_without_a_nick_name_the_user_name_is_shown_found_and_sorted(signed_in: SignedIn) -> None:
    await User.filter(user_name="User").update(nick_name=None)
    admin = await signed_in("R_ADMIN")
    answer = await admin.call("system_manage.users.search", nick_name="USER")
    assert [(each["userName"], each["nickName"]) for each in answer.data["records"]] == [("User", "User")]
    answer = await admin.call("system_manage.users.search", order_by=["nickName"], size=1000)
    shown_names = [record["nickName"] for record in answer.data["records"]]
    assert "User" in shown_names
    assert shown_names == sorted(shown_names)


async def test_filter_by_status(signed_in: SignedIn) -> None:
    disabled = [user.user_name for user in await User.filter(status_type=Status.DISABLED).order_by("id")]
    assert await names(await signed_in("R_ADMIN"), status_type="2") == disabled
    assert len(disabled) > 0


async def test_filter_by_time_of_creation(signed_in: SignedIn) -> None:
    yesterday = NOW - timedelta(days=1)
    await User.filter(user_name="hanmei").update(created_at=yesterday)
    moment = to_millis(yesterday)
    assert await names(await signed_in("R_ADMIN"), created_at_start=moment, created_at_end=moment) == ["hanmei"]


async def test_a_secret_is_neither_shown_nor_found(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answer = await admin.call("system_manage.users.search", password_hash="nothing like it", size=1000)
    assert answer.data["total"] == await User.all().count()
    assert "argon2" not in answer.text
    assert "passwordHash" not in answer.text
    by_hash = await admin.call("system_manage.users.search", order_by=["passwordHash"])
    assert (by_hash.code, by_hash.wrong_fields) == ("1200", ["orderBy"])


@pytest.mark.parametrize("size", [1, 50])
async def test_it_costs_three_statements_whatever_the_size(signed_in: SignedIn, counting: Counting, size: int) -> None:
    """The number of all, the page, and its roles."""
    admin = await signed_in("R_ADMIN")
    await admin.warm()
    with counting() as cost:
        await admin.call("system_manage.users.search", size=size)
    assert len(cost.statements) == 3


async def names(caller: Caller, **query: object) -> list[str]:
    answer = await caller.call("system_manage.users.search", **{"size": 1000, **query})
    return [record["userName"] for record in answer.data["records"]]

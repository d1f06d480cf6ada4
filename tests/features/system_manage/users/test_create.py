"""system_manage.users.create"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import User
from kernel.ids import decode
from tests.callers import shown
from tests.conftest import SignedIn

URL = "/api/v1/system-manage/users"
NEW = {
    "userName": "lilei",
    "password": "correct horse",
    "byUserRoleCodeList": ["R_USER"],
    "nickName": "Li Lei",
    "userGender": "1",
    "userPhone": "+86 138 1111 2222",
    "userEmail": "lilei@tessera.example",
}
LEFT_OUT = object()

Refused = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def refused(signed_in: SignedIn) -> Refused:
    """Tries to create lilei with these changes; the refusal, once it is sure that no user and no grant was stored."""
    admin = await signed_in("R_ADMIN")

    async def try_to(**changes: object) -> dict[str, Any]:
        before = await users_and_roles()
        answer = (await create(admin, **changes)).json()
        assert await users_and_roles() == before
        return answer

    return try_to


async def users_and_roles() -> list[dict[str, Any]]:
    return await User.all().order_by("id", "roles__id").values("id", "user_name", "updated_at", role_id="roles__id")


async def create(caller: httpx.AsyncClient, **changes: object) -> httpx.Response:
    body = {name: value for name, value in {**NEW, **changes}.items() if value is not LEFT_OUT}
    return await caller.post(URL, json=body)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    created = await create(admin)
    found = await admin.get(f"{URL}/{created.json()['data']['createdId']}")
    assert {"created": shown(created, events), "found": shown(found)} == snapshot


async def test_the_new_user_signs_in_and_must_change_the_password(
    signed_in: SignedIn, client: httpx.AsyncClient
) -> None:
    await create(await signed_in("R_ADMIN"))
    answer = await client.post("/api/v1/auth/login", json={"userName": "lilei", "password": "correct horse"})
    assert answer.json()["data"]["mustChangePassword"] is True


@pytest.mark.parametrize("nothing", [LEFT_OUT, None])
async def test_name_password_and_a_role_are_enough(signed_in: SignedIn, nothing: object) -> None:
    admin = await signed_in("R_ADMIN")
    optional = ("nickName", "userGender", "userPhone", "userEmail", "statusType")
    created = (await create(admin, **dict.fromkeys(optional, nothing))).json()
    user = await User.get(id=decode(created["data"]["createdId"]))
    assert (user.nick_name, user.user_phone, user.user_email, user.user_gender) == (None, None, None, "3")
    assert user.status_type == Status.ENABLED


async def test_blank_is_none_and_several_may_have_none(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    for name in ("lilei", "lucy"):
        created = await create(admin, userName=name, userPhone="", userEmail="", nickName="")
        assert created.json()["code"] == "0000"
    for user in await User.filter(user_name__in=["lilei", "lucy"]):
        assert (user.user_phone, user.user_email, user.nick_name) == (None, None, None)


async def test_created_disabled(signed_in: SignedIn, client: httpx.AsyncClient) -> None:
    await create(await signed_in("R_ADMIN"), statusType="2")
    answer = await client.post("/api/v1/auth/login", json={"userName": "lilei", "password": "correct horse"})
    assert answer.json()["code"] == "2102"


async def test_several_roles_each_once(signed_in: SignedIn) -> None:
    await create(await signed_in("R_SUPER"), byUserRoleCodeList=["R_USER", "R_ADMIN", "R_USER"])
    user = await User.get(user_name="lilei")
    assert sorted([role.role_code for role in await user.roles]) == ["R_ADMIN", "R_USER"]


async def test_what_a_client_may_not_say_is_ignored(signed_in: SignedIn) -> None:
    await create(
        await signed_in("R_ADMIN"),
        id="0",
        passwordHash="known",
        mustChangePassword=False,
        tokenVersion=7,
        createdBy="Soybean",
        lastLogin=1,
    )
    user = await User.get(user_name="lilei")
    assert (user.must_change_password, user.token_version, user.created_by) == (True, 0, "Admin")
    assert user.last_login is None
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("field", "nothing", "code"),
    [
        ("userName", LEFT_OUT, "2601"),
        ("userName", None, "2601"),
        ("userName", "", "2601"),
        ("password", LEFT_OUT, "2602"),
        ("password", None, "2602"),
        ("password", "", "2602"),
        ("byUserRoleCodeList", LEFT_OUT, "2603"),
        ("byUserRoleCodeList", None, "2603"),
        ("byUserRoleCodeList", [], "2603"),
    ],
)
async def test_each_required_field_has_a_code(refused: Refused, field: str, nothing: object, code: str) -> None:
    assert (await refused(**{field: nothing}))["code"] == code


async def test_only_a_super_admin_grants_the_super_role(refused: Refused, signed_in: SignedIn) -> None:
    assert (await refused(byUserRoleCodeList=["R_USER", "R_SUPER"]))["code"] == "2206"
    granted = await create(await signed_in("R_SUPER"), byUserRoleCodeList=["R_SUPER"])
    assert granted.json()["code"] == "0000"


@pytest.mark.parametrize("password", ["1234567", "password", "abababab", "lilei-12345", "LILEI is my name", "        "])
async def test_a_weak_password(refused: Refused, password: str) -> None:
    assert (await refused(password=password))["code"] == "2409"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"userName": "hanmei"}, "2304"),
        ({"userEmail": "hanmei@tessera.example"}, "2302"),
        ({"userEmail": " HanMei@Tessera.Example "}, "2302"),
        ({"userPhone": "+8613800000001"}, "2303"),
        ({"userPhone": "+86 (138) 0000-0001"}, "2303"),
    ],
)
async def test_what_somebody_else_has(refused: Refused, changes: dict[str, str], code: str) -> None:
    assert (await refused(**changes))["code"] == code


async def test_a_role_that_is_not(refused: Refused) -> None:
    assert (await refused(byUserRoleCodeList=["R_USER", "R_NOTHING"]))["code"] == "1101"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userName", "a"),
        ("userName", "li lei"),
        ("userName", "李雷"),
        ("userName", "a" * 65),
        ("userName", "lilei\n"),
        ("nickName", "   "),
        ("nickName", "n" * 101),
        ("userGender", "4"),
        ("userPhone", "call me"),
        ("userPhone", "1" * 40),
        ("userEmail", "lilei"),
        ("userEmail", "li lei@tessera.example"),
        ("userEmail", "l" * 250 + "@x.yz"),
        ("statusType", "3"),
        ("password", "p" * 129),
        ("byUserRoleCodeList", "R_USER"),
    ],
)
async def test_a_malformed_field(refused: Refused, field: str, value: object) -> None:
    answer = await refused(**{field: value})
    assert answer["code"] == "1200"
    assert [error["field"] for error in answer["data"]["errors"]] == [field]


async def test_of_two_at_once_with_one_name_one_is_created(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answers = await asyncio.gather(*(create(admin, userEmail=None, userPhone=None) for _ in range(2)))
    assert sorted(answer.json()["code"] for answer in answers) == ["0000", "2304"]
    assert await User.filter(user_name="lilei").count() == 1


async def test_without_permission(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await create(hanmei)).json()["code"] == "2201"
    assert not await User.exists(user_name="lilei")


async def test_a_name_that_differs_in_case_alone_is_taken(refused: Refused) -> None:
    """SOYBEAN would pass for Soybean on every page that shows who did what."""
    assert (await refused(userName="SOYBEAN"))["code"] == "2304"

"""system_manage.users.get"""

import httpx
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import User
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import SignedIn


async def get(caller: httpx.AsyncClient, user_id: str) -> httpx.Response:
    return await caller.get(f"/api/v1/system-manage/users/{user_id}")


async def id_of(user_name: str) -> str:
    return encode((await User.get(user_name=user_name)).id)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    assert shown(await get(admin, await id_of("hanmei")), events) == snapshot


async def test_an_administrator_may_look_at_a_super_admin(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await get(admin, await id_of("Soybean"))).json()["data"]["byUserRoleCodeList"] == ["R_SUPER"]


async def test_nobody_has_this_id(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await get(admin, encode(10**9))).json()["code"] == "1101"


async def test_not_an_id(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answer = (await get(admin, "1")).json()
    assert (answer["code"], answer["data"]["errors"][0]["field"]) == ("1200", "userId")


async def test_without_permission(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await get(hanmei, await id_of("hanmei"))).json()["code"] == "2201"

"""route.exists"""

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Menu
from tests.callers import shown
from tests.conftest import SignedIn

URL = "/api/v1/route/exists"


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    user = await signed_in("R_USER")
    assert shown(await user.get(URL, params={"name": "hr_employee"}), events) == snapshot


async def test_a_name_that_no_menu_has(signed_in: SignedIn) -> None:
    user = await signed_in("R_USER")
    for name in ("hr_nothing", "hr", "HR", "hr%"):
        answer = (await user.get(URL, params={"name": name})).json()
        assert (name, answer["data"]) == (name, name == "hr")


async def test_a_disabled_menu_exists(signed_in: SignedIn) -> None:
    await Menu.filter(route_name="hr_tag").update(status_type=Status.DISABLED)
    user = await signed_in("R_USER")
    assert (await user.get(URL, params={"name": "hr_tag"})).json()["data"] is True


@pytest.mark.parametrize("query", ["", "?name=", "?name=" + "n" * 101, "?Name=home"])
async def test_a_name_is_needed(signed_in: SignedIn, query: str) -> None:
    user = await signed_in("R_USER")
    answer = (await user.get(URL + query)).json()
    assert answer["code"] == "1200"
    assert [error["field"] for error in answer["data"]["errors"]] == ["name"]


async def test_without_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get(URL, params={"name": "home"})).json()["code"] == "2100"

"""route.exists"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Menu
from tests.callers import as_snapshot
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    user = await signed_in("R_USER")
    assert as_snapshot(await user.call("route.exists", name="hr_employee"), events) == snapshot


async def test_a_name_that_no_menu_has(signed_in: SignedIn) -> None:
    user = await signed_in("R_USER")
    for name in ("hr_nothing", "hr", "HR", "hr%"):
        assert (name, (await user.call("route.exists", name=name)).data) == (name, name == "hr")


async def test_a_disabled_menu_exists(signed_in: SignedIn) -> None:
    await Menu.filter(route_name="hr_tag").update(status_type=Status.DISABLED)
    user = await signed_in("R_USER")
    assert (await user.call("route.exists", name="hr_tag")).data is True


@pytest.mark.parametrize("query", [{}, {"name": ""}, {"name": "n" * 101}, {"Name": "home"}])
async def test_a_name_is_needed(signed_in: SignedIn, query: dict[str, str]) -> None:
    user = await signed_in("R_USER")
    answer = await user.call("route.exists", **query)
    assert (answer.code, answer.wrong_fields) == ("1200", ["name"])

"""auth.user_info"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
from syrupy.assertion import SnapshotAssertion

from kernel import PUBLIC, Status
from kernel.auth.tokens import issue_pair
from kernel.identity.models import Button, Role, User
from kernel.ids import encode
from kernel.slices.discovery import discover
from tests.callers import shown
from tests.conftest import Cost, SignedIn

URL = "/api/v1/auth/user-info"

# All that is open to whoever has to change their password first.
OPEN_DURING_PASSWORD_CHANGE = {"auth.user_info", "auth.password", "auth.logout"}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    liuqing = await signed_in("R_HR_SPECIALIST")
    assert shown(await liuqing.get(URL), events) == snapshot


async def test_a_super_admin_gets_every_button(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    buttons = (await soybean.get(URL)).json()["data"]["buttons"]
    assert buttons == sorted([button.button_code for button in await Button.all()])
    assert len(buttons) > 0


async def test_a_button_of_two_roles_is_told_once(signed_in: SignedIn) -> None:
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_TRANSFER"))
    hanmei = await signed_in("hanmei")
    assert (await hanmei.get(URL)).json()["data"]["buttons"].count("B_HR_EMP_TRANSFER") == 1


async def test_a_disabled_role_counts_for_nothing(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_HR_SPECIALIST").update(status_type=Status.DISABLED)
    liuqing = await signed_in("R_HR_SPECIALIST")
    answer = (await liuqing.get(URL)).json()["data"]
    assert (answer["roles"], answer["buttons"]) == (["R_EMPLOYEE"], [])


async def test_a_user_without_roles_may_ask(signed_in: SignedIn) -> None:
    await (await User.get(user_name="User")).roles.clear()
    user = await signed_in("R_USER")
    answer = (await user.get(URL)).json()
    assert (answer["code"], answer["data"]["roles"], answer["data"]["buttons"]) == ("0000", [], [])


async def test_an_impersonation_names_the_impersonator(client: httpx.AsyncClient) -> None:
    soybean, hanmei = await User.get(user_name="Soybean"), await User.get(user_name="hanmei")
    token = issue_pair(hanmei.id, hanmei.token_version, impersonator_id=soybean.id).access
    answer = (await client.get(URL, headers={"Authorization": f"Bearer {token}"})).json()["data"]
    assert (answer["userName"], answer["impersonating"], answer["impersonatorId"]) == (
        "hanmei",
        True,
        encode(soybean.id),
    )


async def test_it_is_open_during_a_due_password_change_as_little_else_is(signed_in: SignedIn) -> None:
    await User.filter(user_name="Soybean").update(must_change_password=True)
    soybean = await signed_in("R_SUPER")
    assert (await soybean.get(URL)).json()["code"] == "0000"
    closed = [
        route
        for feature in discover()
        for route in feature.slices
        if route.access_rule.access is not PUBLIC and route.name not in OPEN_DURING_PASSWORD_CHANGE
    ]
    for route in closed:
        (method,) = list(route.methods or ())
        answer = await soybean.request(method, route.path_format)
        assert (route.name, answer.json()["code"]) == (route.name, "2107")


async def test_without_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get(URL)).json()["code"] == "2100"


async def test_it_costs_three_statements(
    signed_in: SignedIn, counting: Callable[[], AbstractContextManager[Cost]]
) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    with counting() as cost:
        await hanmei.get(URL)
    assert len(cost.statements) == 3

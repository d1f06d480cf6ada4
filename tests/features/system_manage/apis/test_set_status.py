"""system_manage.apis.set_status"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Api
from tests.callers import Answer, Caller, as_snapshot, every_slice
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    await Api.create(id=901, route_key="tests.get", api_path="/", api_method="get", summary="", tags=[])
    admin = await signed_in("R_ADMIN")
    answer = await admin.call("system_manage.apis.set_status", api_id=901, status_type="2")
    assert as_snapshot(answer, events) == snapshot
    assert (await Api.get(id=901)).status_type is Status.DISABLED


async def test_it_answers_2200_from_the_next_request_on_and_until_it_is_enabled_again(signed_in: SignedIn) -> None:
    admin, hanmei, soybean = [await signed_in(role) for role in ("R_ADMIN", "R_HR_MANAGER", "R_SUPER")]
    for status, code in (("1", "0000"), ("2", "2200"), ("2", "2200"), ("1", "0000")):
        assert (await set_status(admin, "hr.departments.tree", status)).code == "0000"
        assert (await hanmei.call("hr.departments.tree")).code == code
        assert (await admin.call("hr.departments.tree")).code == code
        assert (await soybean.call("hr.departments.tree")).code == "0000"


async def test_what_asks_for_no_grant_is_off_too(signed_in: SignedIn) -> None:
    admin, soybean = await signed_in("R_ADMIN"), await signed_in("R_SUPER")
    assert (await set_status(admin, "route.user_routes", "2")).code == "0000"
    assert (await admin.call("route.user_routes")).code == "2200"
    assert (await soybean.call("route.user_routes")).code == "0000"


async def test_what_is_open_to_anyone_stays_on(signed_in: SignedIn) -> None:
    """Nobody is asked who they are, so no super administrator would pass."""
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        for name in ("route.constant_routes", "health.live"):
            answer = await set_status(admin, name, "2")
            assert (answer.code, "open to anyone" in answer.body["msg"]) == ("2307", True)


PROTECTED = [route.name for route in every_slice() if route.name.startswith(("auth.", "system_manage.apis."))]


@pytest.mark.parametrize("role", ["R_ADMIN", "R_SUPER"])
async def test_signing_in_and_this_resource_are_never_switched_off(role: str, signed_in: SignedIn) -> None:
    caller = await signed_in(role)
    assert {"auth.login", "system_manage.apis.set_status"} <= set(PROTECTED)
    async with unchanged():
        for name in PROTECTED:
            assert (name, (await set_status(caller, name, "2")).code) == (name, "2307")
    assert (await set_status(caller, "auth.login", "1")).code == "0000"


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await admin.call("system_manage.apis.set_status", api_id=999_999, status_type="2")
    assert answer.code == "1101"


@pytest.mark.parametrize("wrong", [None, "", "0", "3", 2, True])
async def test_wrong_values(wrong: object, signed_in: SignedIn) -> None:
    admin, api = await signed_in("R_ADMIN"), await Api.get(route_key="hr.departments.tree")
    async with unchanged():
        answer = await admin.call("system_manage.apis.set_status", api_id=api.id, status_type=wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", ["statusType"])


async def set_status(caller: Caller, name: str, status: str) -> Answer:
    api = await Api.get(route_key=name)
    return await caller.call("system_manage.apis.set_status", api_id=api.id, status_type=status)

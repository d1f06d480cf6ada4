"""auth.update_profile"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def update(caller: Caller, **changes: object) -> Answer:
    return await caller.call("auth.update_profile", **changes)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    liuqing = await signed_in("liuqing")
    changes = {
        "nickName": "Qing",
        "userGender": "3",
        "userEmail": "Qing@Tessera.example",
        "userPhone": "+86 138-9999",
    }
    assert as_snapshot(await update(liuqing, **changes), events) == snapshot


async def test_what_is_left_out_stays(signed_in: SignedIn) -> None:
    liuqing = await signed_in("liuqing")
    before = await User.get(user_name="liuqing")
    assert (await update(liuqing, nickName="Qing")).data["userEmail"] == before.user_email
    async with unchanged():
        assert (await update(liuqing)).code == "0000"


@pytest.mark.parametrize("nothing", [None, ""])
async def test_nothing_clears(nothing: str | None, signed_in: SignedIn) -> None:
    answer = await update(await signed_in("liuqing"), nickName=nothing, userEmail=nothing, userPhone=nothing)
    assert (answer.data["nickName"], answer.data["userEmail"], answer.data["userPhone"]) == ("liuqing", None, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"userEmail": "HANMEI@tessera.example"}, "2302"),
        ({"userPhone": "+86 (138) 0000-0001"}, "2303"),
        ({"userGender": None}, "1200"),
        ({"userEmail": "nowhere"}, "1200"),
        ({"nickName": "x" * 101}, "1200"),
    ],
)
async def test_refused(changes: dict[str, object], code: str, signed_in: SignedIn) -> None:
    caller = await signed_in("liuqing")
    async with unchanged():
        assert (await update(caller, **changes)).code == code


async def test_only_the_four_fields_are_ones_own_to_change(signed_in: SignedIn) -> None:
    """Mass assignment."""
    liuqing = await signed_in("liuqing")
    said = {"userName": "boss", "statusType": "2", "byUserRoleCodeList": ["R_SUPER"], "mustChangePassword": True}
    async with unchanged():
        answer = await update(liuqing, **said, tokenVersion=9, passwordHash="x", lastLogin=1, createdBy="boss", id="1")
    assert answer.code == "0000"

"""auth.change_password"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.auth.passwords import verify_password
from kernel.identity.models import User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged

OLD, NEW = "123456", "correct horse"


async def change(caller: Caller, old: str = OLD, new: str = NEW) -> Answer:
    return await caller.call("auth.change_password", old_password=old, new_password=new)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await change(await signed_in("R_EMPLOYEE")), events) == snapshot
    assert await verify_password(NEW, (await User.get(user_name="wangwei")).password_hash)


async def test_it_ends_every_session_of_the_user_and_no_other(signed_in: SignedIn, client: Caller) -> None:
    here, there, other = await signed_in("wangwei"), await signed_in("wangwei"), await signed_in("hanmei")
    await change(here)
    codes = [(await caller.call("auth.user_info")).code for caller in (here, there, other)]
    assert codes == ["2106", "2106", "0000"]
    signed_in_again = await client.call("auth.login", user_name="wangwei", password=NEW)
    assert signed_in_again.code == "0000"


async def test_whose_change_is_due_is_free_afterwards(signed_in: SignedIn, client: Caller) -> None:
    await User.filter(user_name="hanmei").update(must_change_password=True)
    hanmei = await signed_in("hanmei")
    assert (await hanmei.call("hr.employees.search")).code == "2107"
    assert (await change(hanmei)).code == "0000"
    answer = await client.call("auth.login", user_name="hanmei", password=NEW)
    client.headers["Authorization"] = f"Bearer {answer.data['token']}"
    assert answer.data["mustChangePassword"] is False
    assert (await client.call("hr.employees.search")).code == "0000"


async def test_the_old_password_must_be_right(signed_in: SignedIn) -> None:
    caller = await signed_in("R_EMPLOYEE")
    async with unchanged(but="sys_login_failures"):
        assert (await change(caller, old="654321")).code == "2405"


async def test_whoever_found_a_token_cannot_guess_the_password(signed_in: SignedIn) -> None:
    caller = await signed_in("R_EMPLOYEE")
    codes = [(await change(caller, old=f"guess {number}")).code for number in range(6)]
    assert codes == ["2405"] * 5 + ["2408"]
    assert (await change(caller)).code == "2408"


@pytest.mark.parametrize("new", ["short", "12345678", "wangwei-1990", "aaaaaaaaaa"])
async def test_a_weak_password_is_refused(new: str, signed_in: SignedIn) -> None:
    caller = await signed_in("R_EMPLOYEE")
    async with unchanged():
        assert (await change(caller, new=new)).code == "2409"


async def test_the_old_password_is_no_new_one(signed_in: SignedIn) -> None:
    await change(await signed_in("R_EMPLOYEE"))
    caller = await signed_in("R_EMPLOYEE")
    async with unchanged():
        assert (await change(caller, old=NEW, new=NEW)).code == "2409"


async def test_of_two_at_once_one_wins(signed_in: SignedIn) -> None:
    caller = await signed_in("R_EMPLOYEE")
    answers = await asyncio.gather(change(caller, new="correct horse"), change(caller, new="battery staple"))
    codes = sorted(answer.code for answer in answers)
    assert codes in (["0000", "2306"], ["0000", "2405"], ["0000", "2106"])
    assert (await User.get(user_name="wangwei")).token_version == 1

"""auth.exit_impersonation"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import LoginLog, Session, User
from tests.callers import Caller, as_snapshot, bearer, new_session
from tests.conftest import SignedIn
from tests.state import unchanged


async def impersonating(client: Caller, user_name: str = "hanmei") -> Caller:
    user, soybean = await User.get(user_name=user_name), await User.get(user_name="Soybean")
    client.headers.update(bearer((await new_session(user, impersonator=soybean)).access))
    return client


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    caller = await impersonating(client)
    answer = await caller.call("auth.exit_impersonation")
    caller.headers.update(bearer(answer.data["token"]))
    told = await caller.call("auth.user_info")
    assert {"answer": as_snapshot(answer, events), "user_info": as_snapshot(told)} == snapshot


async def test_the_tokens_of_the_impersonation_are_dead(client: Caller) -> None:
    caller = await impersonating(client)
    await caller.warm()
    await caller.call("auth.exit_impersonation")
    assert (await caller.call("auth.user_info")).code == "2106"
    reasons = [session.end_reason for session in await Session.all().order_by("id")]
    assert reasons == ["impersonation_ended", None]
    entry = await LoginLog.get()
    assert (entry.event, entry.user_name, entry.by_user_name) == ("impersonation_end", "hanmei", "Soybean")


async def test_it_is_open_while_a_password_change_of_the_user_is_due(client: Caller) -> None:
    await User.filter(user_name="hanmei").update(must_change_password=True)
    caller = await impersonating(client)
    assert (await caller.call("hr.departments.tree")).code == "2107"
    assert (await caller.call("auth.exit_impersonation")).code == "0000"


async def test_who_impersonates_nobody(signed_in: SignedIn) -> None:
    soybean = await signed_in("Soybean")
    async with unchanged():
        assert (await soybean.call("auth.exit_impersonation")).code == "2407"


async def test_of_several_at_once_one_comes_back(client: Caller) -> None:
    caller = await impersonating(client)
    answers = await asyncio.gather(*(caller.call("auth.exit_impersonation") for _ in range(5)))
    assert sorted(answer.code for answer in answers) == ["0000", *["2106"] * 4]
    assert await Session.filter(ended_at=None).count() == 1

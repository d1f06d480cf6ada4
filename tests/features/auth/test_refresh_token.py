"""auth.refresh_token; the rules of rotation are in `tests/platform/kernel/auth/test_sessions.py`."""

import asyncio
from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from kernel import clock
from kernel.identity.models import Session, User
from tests.callers import Answer, Caller, as_snapshot, bearer, new_session
from tests.conftest import NOW
from tests.state import unchanged


async def refresh(client: Caller, token: str) -> Answer:
    return await client.call("auth.refresh_token", refreshToken=token)


async def spent(client: Caller) -> tuple[str, str]:
    """A token that was refreshed, and the one that came of it."""
    first = (await new_session(await User.get(user_name="hanmei"))).refresh
    return first, (await refresh(client, first)).data["refreshToken"]


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    pair = await new_session(await User.get(user_name="hanmei"))
    answer = await refresh(client, pair.refresh)
    assert as_snapshot(answer, events) == snapshot
    client.headers.update(bearer(answer.data["token"]))
    assert (await client.call("auth.user_info")).data["userName"] == "hanmei"


async def test_without_a_token(client: Caller) -> None:
    for nothing in ({}, {"refreshToken": None}, {"refreshToken": ""}):
        assert (await client.call("auth.refresh_token", **nothing)).code == "2104"


async def test_an_access_token_is_none_for_this(client: Caller) -> None:
    pair = await new_session(await User.get(user_name="hanmei"))
    async with unchanged():
        assert (await refresh(client, pair.access)).code == "2105"
        assert (await refresh(client, "nonsense")).code == "2100"


async def test_an_expired_one_means_signing_in_again(client: Caller) -> None:
    pair = await new_session(await User.get(user_name="hanmei"))
    with clock.frozen(NOW + timedelta(days=7)):
        assert (await refresh(client, pair.refresh)).code == "2100"


async def test_ten_at_once_get_one_pair_and_nobody_is_locked_out(client: Caller) -> None:
    pair = await new_session(await User.get(user_name="hanmei"))
    answers = await asyncio.gather(*(refresh(client, pair.refresh) for _ in range(10)))
    assert {answer.code for answer in answers} == {"0000"}
    assert len({answer.data["refreshToken"] for answer in answers}) == 1
    assert (await refresh(client, answers[0].data["refreshToken"])).code == "0000"
    assert await Session.all().count() == 1


async def test_a_replay_after_the_race_ends_the_session_for_whoever_has_it(client: Caller) -> None:
    first, second = await spent(client)
    with clock.frozen(NOW + timedelta(seconds=11)):
        assert (await refresh(client, first)).code == "2106"
        assert (await refresh(client, second)).code == "2106"
    session = await Session.get()
    assert session.end_reason == "token_reused"


async def test_a_replay_ends_the_access_tokens_too(client: Caller) -> None:
    first, second = await spent(client)
    third = (await refresh(client, second)).data
    client.headers.update(bearer(third["token"]))
    assert (await client.call("auth.user_info")).code == "0000"
    assert (await refresh(client, first)).code == "2106"
    assert (await client.call("auth.user_info")).code == "2106"

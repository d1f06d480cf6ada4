"""auth.sessions"""

from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from kernel import clock
from tests.callers import Caller, as_snapshot, bearer
from tests.conftest import NOW, SignedIn


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    client.headers["User-Agent"] = "Browser/1.0"
    for minutes in (0, 1):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            answer = await client.call("auth.login", user_name="hanmei", password="123456")
    client.headers.update(bearer(answer.data["token"]))
    assert as_snapshot(await client.call("auth.sessions"), events) == snapshot


async def test_nobody_elses(signed_in: SignedIn) -> None:
    hanmei, _ = await signed_in("hanmei"), await signed_in("liuqing")
    assert len((await hanmei.call("auth.sessions")).data) == 1

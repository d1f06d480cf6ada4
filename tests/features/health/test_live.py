"""health.live"""

from syrupy.assertion import SnapshotAssertion

from tests.callers import Caller, as_snapshot
from tests.conftest import Counting


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await client.call("health.live"), events) == snapshot


async def test_it_asks_nobody(client: Caller, counting: Counting) -> None:
    """A process that answers is alive, whatever has become of its database and its Redis."""
    with counting() as cost:
        assert (await client.call("health.live")).status == 200
    assert (cost.statements, cost.commands) == ([], [])


async def test_a_probe_may_ask_for_the_headers_alone(client: Caller) -> None:
    url = "/api/v1/health/live"
    get, head = await client.get(url), await client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]

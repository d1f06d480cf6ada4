"""health.live"""

from syrupy.assertion import SnapshotAssertion

from tests.callers import Caller, shown
from tests.conftest import Counting


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert shown(await client.call("health.live"), events) == snapshot


async def test_it_asks_nobody(client: Caller, counting: Counting) -> None:
    """A process that answers is alive, whatever has become of its database and its Redis."""
    with counting() as cost:
        assert (await client.call("health.live")).status == 200
    assert (cost.statements, cost.commands) == ([], [])

"""notices.unread_count"""

from syrupy.assertion import SnapshotAssertion

from tests.callers import as_snapshot
from tests.conftest import NOW, Counting, SignedIn
from tests.features.notices.rows import add_notice


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    for moment in (NOW, None, None):
        await add_notice("wangwei", read_at=moment)
    assert as_snapshot(await (await signed_in("wangwei")).call("notices.unread_count"), events) == snapshot
    assert (await (await signed_in("R_SUPER")).call("notices.unread_count")).data == {"count": 0}


async def test_the_cost(signed_in: SignedIn, counting: Counting) -> None:
    """It is asked on every page."""
    wangwei = await signed_in("wangwei")
    await wangwei.warm()
    with counting() as cost:
        await wangwei.call("notices.unread_count")
    assert len(cost.statements) == 1, cost.statements

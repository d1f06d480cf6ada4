"""notices.read_all"""

from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from features.notices.models import Notice
from tests.callers import as_snapshot
from tests.conftest import NOW, SignedIn
from tests.features.notices.rows import add_notice
from tests.state import unchanged

YESTERDAY = NOW - timedelta(days=1)


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    read, *unread = [await add_notice("wangwei", read_at=moment) for moment in (YESTERDAY, None, None)]
    assert as_snapshot(await (await signed_in("wangwei")).call("notices.read_all"), events) == snapshot
    notices = {notice.id: (notice.read_at, notice.updated_by) for notice in await Notice.all()}
    assert notices == {read.id: (YESTERDAY, None), **{notice.id: (NOW, "wangwei") for notice in unread}}


async def test_of_none_there_is_nothing_to_write(signed_in: SignedIn) -> None:
    """Others' are none of the caller's, whoever asks."""
    await add_notice("wangwei", read_at=NOW)
    await add_notice("linyan")
    for role in ("wangwei", "R_SUPER", "R_ADMIN"):
        caller = await signed_in(role)
        async with unchanged():
            assert (await caller.call("notices.read_all")).data == {"count": 0}

"""notices.read"""

from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from features.notices.models import Notice
from kernel import clock
from tests.callers import as_snapshot
from tests.conftest import NOW, SignedIn
from tests.features.notices.rows import add_notice
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    notice, other = await add_notice("wangwei"), await add_notice("wangwei")
    answer = await (await signed_in("wangwei")).call("notices.read", notice_id=notice.id)
    assert as_snapshot(answer, events) == snapshot
    notice, other = await Notice.get(id=notice.id), await Notice.get(id=other.id)
    assert (notice.read_at, notice.updated_by, other.read_at) == (NOW, "wangwei", None)


async def test_what_was_read_stays_as_it_was(signed_in: SignedIn) -> None:
    notice, wangwei = await add_notice("wangwei"), await signed_in("wangwei")
    await wangwei.call("notices.read", notice_id=notice.id)
    async with unchanged():
        with clock.frozen(NOW + timedelta(minutes=1)):
            assert (await wangwei.call("notices.read", notice_id=notice.id)).code == "0000"


async def test_somebody_elses_is_not_there(signed_in: SignedIn) -> None:
    notice = await add_notice("wangwei")
    for role in ("linyan", "R_SUPER", "R_ADMIN"):
        caller = await signed_in(role)
        async with unchanged():
            for notice_id in (notice.id, 999_999):
                assert (await caller.call("notices.read", notice_id=notice_id)).code == "1101"


async def test_who_impersonates_is_named(signed_in: SignedIn) -> None:
    notice, soybean = await add_notice("wangwei"), await signed_in("Soybean")
    answer = await soybean.call("auth.impersonate", user_id=notice.user_id)
    soybean.headers["Authorization"] = f"Bearer {answer.data['token']}"
    assert (await soybean.call("notices.read", notice_id=notice.id)).code == "0000"
    await notice.refresh_from_db()
    assert (notice.read_at, notice.updated_by) == (NOW, "wangwei (by Soybean)")

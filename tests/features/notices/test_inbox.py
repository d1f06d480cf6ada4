"""notices.inbox"""

from dataclasses import replace
from datetime import timedelta

import pytest

from features.hr.events import EmployeeRegularized
from features.notices.models import Notice
from kernel import clock
from kernel.unit_of_work.events import reactions
from tests.conftest import NOW
from tests.features.notices.facts import about, briefly, hear, hear_again, told
from tests.features.notices.rows import add_notice
from tests.platform.kernel.conftest import forget_settings

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("user_id", [None, 999_999], ids=["no account", "an account that was deleted since"])
async def test_nobody_is_told(user_id: int | None) -> None:
    fact = await about(EmployeeRegularized, "Wang Wei")
    await hear(replace(fact, user_id=user_id))
    assert await told() == []


async def test_heard_again_it_stays_read() -> None:
    await add_notice("linyan")
    fact = await about(EmployeeRegularized, "Wang Wei")
    await hear(fact)
    await Notice.filter(user_id=fact.user_id).update(read_at=NOW)
    await hear_again()
    assert [notice.read_at for notice in await Notice.all().order_by("id")] == [None, NOW]


async def test_nobody_wrote_it() -> None:
    await hear(await about(EmployeeRegularized, "Wang Wei"))
    notice = await Notice.get()
    assert (notice.created_at, notice.created_by, notice.updated_by, notice.read_at) == (NOW, None, None, None)


async def test_old_ones_go_some_at_a_time(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Read or not, of whoever; none before its time."""
    request.addfinalizer(forget_settings)
    monkeypatch.setenv("NOTICES_RETENTION_DAYS", "30")
    forget_settings()
    for number in range(12):
        await add_notice("linyan", f"Old {number}", created_at=NOW - timedelta(days=40 - number, minutes=1))
    fact = await about(EmployeeRegularized, "Wang Wei")
    for left in (["Old 10", "Old 11"], ["Old 11"]):
        await hear(fact)
        assert [notice["title"] for notice in await told() if notice["to"] == "linyan"] == left
    with clock.frozen(NOW + timedelta(days=29)):
        await hear(fact)
    assert briefly(await told()) == ["wangwei regularized"] * 3


def test_what_was_before_is_told_to_nobody() -> None:
    """Who has long been here is not welcomed when this module is new."""
    ours = {reaction.name: reaction.retold for _, reaction in reactions() if reaction.listener == "notices"}
    assert len(ours) == 6
    assert not any(ours.values())

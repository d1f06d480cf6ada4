"""Which sessions are shown, and what of them. What a caller sees is in `tests/features/`."""

from datetime import timedelta

import pytest

from kernel import clock
from kernel.auth.session_records import MOST_SHOWN, SessionRecord, sessions_of
from kernel.identity.models import EndReason, Session, User
from kernel.search.projection import fetch_all
from tests.callers import new_session
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("app")


async def test_a_session_lives_until_it_is_ended_or_its_tokens_expire() -> None:
    user = await User.get(user_name="User")
    await new_session(user)
    (record,) = await fetch_all(sessions_of(user.id), SessionRecord)
    assert record.live
    with clock.frozen(record.expires_at - timedelta(milliseconds=1)):
        assert record.live
    with clock.frozen(record.expires_at):
        assert not record.live
    await Session.filter(user_id=user.id).update(ended_at=NOW, end_reason=EndReason.SIGNED_OUT)
    (record,) = await fetch_all(sessions_of(user.id), SessionRecord)
    assert not record.live


async def test_the_newest_first_and_not_all_of_them() -> None:
    user = await User.get(user_name="User")
    for _ in range(MOST_SHOWN + 1):
        await new_session(user)
    ids = [record.id for record in await fetch_all(sessions_of(user.id), SessionRecord)]
    assert (len(ids), ids) == (MOST_SHOWN, sorted(ids, reverse=True))

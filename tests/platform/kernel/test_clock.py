"""One clock, which a test can stop."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from kernel import clock
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)


def test_it_tells_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_frozen_at", None)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_it_tells_whole_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watch(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2026, 1, 15, 8, 30, 1, 234999, tz)

    monkeypatch.setattr(clock, "_frozen_at", None)
    monkeypatch.setattr(clock, "datetime", Watch)
    assert clock.now() == datetime(2026, 1, 15, 8, 30, 1, 234000, tzinfo=UTC)


def test_it_stops_and_goes_on_where_it_was() -> None:
    with clock.frozen(LATER):
        with clock.frozen(LATER + timedelta(days=1)):
            assert clock.now() == LATER + timedelta(days=1)
        assert clock.now() == LATER
    assert clock.now() == NOW


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), clock.frozen(LATER):
        _ = 1 / 0
    assert clock.now() == NOW

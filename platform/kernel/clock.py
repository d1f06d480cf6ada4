"""The one clock. Everything that asks for the time asks here, so that a test can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen_at: datetime | None = None


def now() -> datetime:
    """The present moment, time-zone aware, in UTC."""
    return _frozen_at or datetime.now(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` for the length of a test."""
    global _frozen_at
    before, _frozen_at = _frozen_at, moment
    try:
        yield
    finally:
        _frozen_at = before

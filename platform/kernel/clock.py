"""The one clock. Everything that asks for the time asks here, so that a test can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen_at: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC, in whole milliseconds: no more reaches a client, so no more is stored."""
    if _frozen_at:
        return _frozen_at
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` for the length of a test."""
    global _frozen_at
    before, _frozen_at = _frozen_at, moment
    try:
        yield
    finally:
        _frozen_at = before

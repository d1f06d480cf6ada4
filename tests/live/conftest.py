"""A server on a database of its own."""

from collections.abc import Iterator

import pytest

from tests.live.server import Server, command, serving


@pytest.fixture
def server(empty: dict[str, str]) -> Iterator[Server]:
    """A server in demo mode, just migrated and seeded."""
    migrated = command("migrate", env=empty)
    assert migrated.returncode == 0, migrated.stderr
    with serving(empty) as running:
        yield running

"""A server on a database of its own."""

from collections.abc import Iterator

import pytest

from tests.live.server import Server, serving


@pytest.fixture
def server(migrated: dict[str, str]) -> Iterator[Server]:
    """A server in demo mode, which has just made its demo company."""
    with serving(migrated) as running:
        yield running

"""A server on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.pair import Two, two_servers
from tests.live.server import Server, serving


@pytest.fixture
def server(migrated: dict[str, str]) -> Iterator[Server]:
    """A server in demo mode, which has just made its demo company."""
    with serving(migrated) as running:
        yield running


@pytest.fixture
def two(migrated: dict[str, str], tmp_path: Path) -> Iterator[Two]:
    """Two servers that share a database and a Redis of their own."""
    with two_servers(migrated, tmp_path) as both:
        yield both

"""A database for servers of this worker, and a server on it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests import database
from tests.conftest import WORKER
from tests.live.server import Server, command, environment, serving


@pytest_asyncio.fixture
async def empty(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The environment of a server whose database holds nothing yet: SQLite in a folder, or PostgreSQL and Redis."""
    if not database.SERVER:
        yield environment(tmp_path / "var")
        return
    name = f"{WORKER}_live"
    await database.create(name)
    yield environment(tmp_path / "var", DB_URL=database.url(name), REDIS_URL=database.redis_url(WORKER))
    await database.drop(name)


@pytest.fixture
def server(empty: dict[str, str]) -> Iterator[Server]:
    """A server in demo mode, just migrated and seeded."""
    migrated = command("migrate", env=empty)
    assert migrated.returncode == 0, migrated.stderr
    with serving(empty) as running:
        yield running

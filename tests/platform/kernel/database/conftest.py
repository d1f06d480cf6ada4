"""A fresh database for each test, on SQLite and, where TEST_DB_URL names a PostgreSQL server, there too."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

SERVER = os.environ.get("TEST_DB_URL", "")
ENGINES = ["sqlite", "postgres"] if SERVER.startswith("postgres") else ["sqlite"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path / 'test.sqlite3'}"


@pytest.fixture(params=ENGINES)
async def url(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield sqlite_url
        return
    name = f"tessera_{os.getpid()}_{uuid4().hex[:8]}"
    server = await asyncpg.connect(SERVER)
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield f"{SERVER.rpartition('/')[0]}/{name}"
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await server.close()

"""The office, empty, on SQLite in memory, or on PostgreSQL where TEST_DB_URL names a server."""

import os
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from tortoise.context import TortoiseContext

from kernel.context import set_actor
from tests.platform.kernel.models.office import Staff

TEST_DB_URL = os.environ.get("TEST_DB_URL", "")


@pytest.fixture(scope="session")
async def database_url() -> AsyncIterator[str]:
    if not TEST_DB_URL:
        yield "sqlite://:memory:"
        return
    name = f"models_{os.getpid()}"
    server = await asyncpg.connect(TEST_DB_URL)
    await server.execute(f"CREATE DATABASE {name}")
    yield urlsplit(TEST_DB_URL)._replace(scheme="asyncpg", path=f"/{name}").geturl()
    await server.execute(f"DROP DATABASE {name}")
    await server.close()


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[TortoiseContext]:
    set_actor(None)
    async with TortoiseContext() as context:
        await context.init(db_url=database_url, modules={"office": ["tests.platform.kernel.models.office"]})
        connection = context.connections.get("default")
        if TEST_DB_URL:
            await connection.execute_script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await context.generate_schemas()
        await connection.execute_script(
            "CREATE UNIQUE INDEX office_code ON office_department (code) WHERE deleted_at IS NULL"
        )
        yield context
    set_actor(None)


@pytest.fixture
async def staff(office: TortoiseContext) -> Staff:
    staff = Staff()
    await staff.hire()
    return staff

"""kernel.0003: names that differ in case only are one name, and a database that holds such already says which."""

import pytest

from kernel.database.migrations.editors import MigrationError
from kernel.database.migrations.runner import migrate, pending
from tests.conftest import config_of
from tests.platform.kernel.database.databases import connected

USERS = """
INSERT INTO sys_user (created_at, updated_at, user_name, password_hash, user_gender, must_change_password, status_type,
    token_version) VALUES
    ('2026-01-15', '2026-01-15', 'Ann', 'x', '3', false, '1', 0),
    ('2026-01-15', '2026-01-15', 'Bob', 'x', '3', false, '1', 0),
    ('2026-01-15', '2026-01-15', 'ANN', 'x', '3', false, '1', 0)
"""


async def test_names_that_differ_in_case_only_are_named_and_nothing_is_done(empty: dict[str, str]) -> None:
    config = config_of(empty)
    await migrate(config, "kernel.0002", report=lambda _line: None)
    async with connected(config) as client:
        await client.execute_script(USERS)
    with pytest.raises(MigrationError) as refused:
        await migrate(config, "kernel", report=lambda _line: None)
    assert str(refused.value) == (
        "migration kernel.0003_user_name_key was not applied: users whose names differ in case only: "
        "Ann (id 1), ANN (id 3). Rename all but one of each in sys_user, and migrate again"
    )
    assert "kernel.0003_user_name_key" in await pending(config)
    async with connected(config) as client:
        await client.execute_script("UPDATE sys_user SET user_name = 'Anna' WHERE id = 3")
    await migrate(config, "kernel", report=lambda _line: None)
    async with connected(config) as client:
        rows = await client.execute_query_dict("SELECT user_name_key FROM sys_user ORDER BY id")
    assert [row["user_name_key"] for row in rows] == ["ann", "bob", "anna"]

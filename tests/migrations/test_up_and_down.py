"""The project's own migrations: up, down to nothing, and up again, on this run's engine."""

from kernel.database.migrations.runner import downgrade, history, migrate
from tests.conftest import config_of
from tests.live.server import ROOT


async def test_up_down_and_up_again(empty: dict[str, str]) -> None:
    config = config_of(empty)
    up: list[str] = []
    await migrate(config, report=up.append)
    applied = [line.removeprefix("applied ") for line in up]
    assert set(applied) == {f"{path.parent.name}.{path.stem}" for path in (ROOT / "migrations").glob("*/[0-9]*.py")}

    down: list[str] = []
    for app in config["apps"]:
        await downgrade(config, app, report=down.append)
    assert {line.removeprefix("undone ") for line in down} == set(applied)
    assert await history(config) == []

    again: list[str] = []
    await migrate(config, report=again.append)
    assert again == up
    assert [name for name, _ in await history(config)] == applied

"""Demo data: what it prepares, where it refuses, and that two may add at once."""

import asyncio

import pytest

from tests.live.server import command


@pytest.mark.parametrize(
    ("count", "app_env", "said"),
    [
        ("0", "demo", "demo-data 0: give the number of rows to add, 1 or more\n"),
        ("-1", "demo", "demo-data -1: give the number of rows to add, 1 or more\n"),
        ("1", "production", "demo-data adds invented rows, and APP_ENV=production: nothing was added\n"),
    ],
)
def test_it_is_refused_before_anything_is_prepared(count: str, app_env: str, said: str, empty: dict[str, str]) -> None:
    refused = command("demo-data", "--", count, env=empty | {"APP_ENV": app_env})
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", said)


def test_development_prepares_nothing(empty: dict[str, str]) -> None:
    """There the tables are a developer's own, and so are the departments that people are added to."""
    development = empty | {"APP_ENV": "development"}
    not_migrated = command("demo-data", "3", env=development)
    assert not_migrated.returncode == 1
    assert not_migrated.stderr.endswith("Run: just migrate\n")
    assert command("migrate", env=development).returncode == 0
    no_company = command("demo-data", "3", env=development)
    assert no_company.returncode == 1
    assert "there is no department to put people into: create one, or set APP_ENV=demo" in no_company.stderr
    assert command("demo-data", "2", env=empty).returncode == 0
    added = command("demo-data", "3", env=development)
    assert (added.returncode, added.stdout.splitlines()[-1]) == (0, "Human resources: 3 more")


async def test_two_at_once_on_an_empty_database(empty: dict[str, str]) -> None:
    """Both prepare it, one waiting for the other, and neither takes the other's numbers."""
    ran = await asyncio.gather(*(asyncio.to_thread(command, "demo-data", str(count), env=empty) for count in (30, 50)))
    assert [each.returncode for each in ran] == [0, 0], [each.stderr for each in ran]
    assert ran[0].stdout.endswith("Human resources: 30 more\n")
    assert ran[1].stdout.endswith("Human resources: 50 more\n")

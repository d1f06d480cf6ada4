"""The house's own migrations: up, down to nothing, and up again, on this run's engine; models and migrations agree."""

from tests.live.server import ROOT, command


def test_up_down_and_up_again(empty: dict[str, str]) -> None:
    up = command("migrate", env=empty)
    assert up.returncode == 0, up.stderr
    applied = [line.removeprefix("applied ") for line in up.stdout.splitlines()]
    assert set(applied) == on_disk()

    down = command("downgrade", "kernel", env=empty)
    assert down.returncode == 0, down.stderr
    assert [line.removeprefix("undone ") for line in down.stdout.splitlines()] == applied[::-1]
    assert command("history", env=empty).stdout == ""

    again = command("migrate", env=empty)
    assert again.stdout == up.stdout
    assert [line.split()[1] for line in command("history", env=empty).stdout.splitlines()] == applied


def test_every_change_of_a_model_has_its_migration(empty: dict[str, str]) -> None:
    checked = command("makemigrations", "--check", env=empty)
    assert (checked.returncode, checked.stderr) == (0, "")


def on_disk() -> set[str]:
    files = (ROOT / "migrations").glob("*/[0-9]*.py")
    return {f"{path.parent.name}.{path.stem}" for path in files}

"""The command line: what each command does, and one line and an exit code where the operator can mend it."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tortoise.migrations.writer import MigrationWriter

from kernel import __main__ as command_line
from kernel.database.migrations.changes import Renames
from kernel.errors.operator import StartupRefused
from kernel.slices.discovery import discover
from tests.database import SERVER
from tests.live.server import command as live_command
from tests.live.server import environment
from tests.platform.kernel.conftest import Configure, Features
from tests.platform.kernel.slices.test_discovery import FEATURE, MODELS, SEND

Run = Callable[..., Awaitable[tuple[int, str, str]]]

MIGRATIONS = ["kernel.0001_initial", "hr.0001_initial"]


@pytest.fixture
def run(
    no_app: None,
    tmp_path: Path,
    configure: Configure,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """`await run("migrate")`: exit code, output and error output of the command, on an empty SQLite database."""
    if SERVER:
        pytest.skip("A process that has spoken to SQLite writes SQL for it ever after.")
    configure(DB_URL=None, VAR_DIR=str(tmp_path / "var"))
    monkeypatch.setattr(command_line, "configure_logs", lambda: None)

    async def run_command(*arguments: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(command_line.main, [*arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run_command


async def test_migrate_history_and_downgrade(run: Run) -> None:
    code, out, err = await run("migrate")
    applied = [line.removeprefix("applied ") for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert set(MIGRATIONS) <= set(applied)
    assert await run("migrate") == (0, "", "")

    code, out, _ = await run("history")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == applied
    assert all(line.split()[0].endswith("+00:00") for line in out.splitlines())

    code, out, _ = await run("downgrade", "hr.0001")
    undone = [line.removeprefix("undone ") for line in out.splitlines()]
    assert (code, undone) == (0, [name for name in reversed(applied) if name.startswith("hr.")][:-1])
    assert (await run("migrate", "hr"))[1].splitlines() == [f"applied {name}" for name in reversed(undone)]


async def test_migrate_makes_the_folder_of_the_database(run: Run, tmp_path: Path) -> None:
    assert (await run("migrate", "kernel"))[0] == 0
    assert (tmp_path / "var" / "tessera.sqlite3").is_file()


@pytest.mark.parametrize("command", ["migrate", "downgrade", "makemigrations"])
async def test_an_unknown_target_is_named(command: str, run: Run) -> None:
    code, out, err = await run(command, "shop")
    assert (code, out) == (1, "")
    assert err.startswith("no app is called 'shop'; there are: kernel, ")
    assert len(err.splitlines()) == 1


async def test_all_migrations_are_written(run: Run) -> None:
    """A model that is not in the migrations works for whoever wrote it, and for nobody who deploys it."""
    assert await run("makemigrations", "--check") == (0, "", "")
    assert await run("makemigrations", "hr") == (0, "", "")


async def test_a_missing_migration_is_named(run: Run, discovered: Features) -> None:
    discovered({"features/shop/feature.py": FEATURE, "features/shop/models.py": MODELS})
    code, out, err = await run("makemigrations", "--check")
    assert (code, out) == (1, "")
    assert err == "shop: its models have changed. Run: just makemigrations shop\n"


@pytest.mark.parametrize("arguments", [("--renamed", "phone"), ("--renamed", ":mobile"), ("--renamed", "phone:")])
async def test_a_renaming_names_two_columns(
    arguments: tuple[str, ...], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        await run("makemigrations", "hr", *arguments)
    assert f"'{arguments[-1]}' is not OLD:NEW, as in phone:mobile" in capsys.readouterr().err


async def test_a_renaming_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column of the models is another one than in the migrations. Of the check that is a change as any other."""
    asked: list[Renames | None] = []
    found = command_line.missing_migrations

    async def missing(*arguments: Any, renames: Renames, **options: Any) -> list[MigrationWriter]:
        asked.append(renames)
        return await found(*arguments, renames=renames, **options)

    monkeypatch.setattr(command_line, "missing_migrations", missing)
    assert (await run("makemigrations", "hr", "--renamed", "a:b", "--renamed", "c:d", "--not-renamed"))[0] == 1
    assert await run("makemigrations", "--check", "--name", "anything") == (0, "", "")
    assert asked == [Renames(frozenset({("a", "b"), ("c", "d")}), no_others=True), Renames(no_others=True)]


async def test_slices_are_listed(run: Run, discovered: Features, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = 'button=any_of("B_SHOP_SEND", "B_POST"), roles=all_of("R_SHOP", "R_POST")'
    find = SEND.replace("import post", "import PUBLIC, post").replace("async def send", "async def find")
    shop = discovered(
        {
            "features/shop/feature.py": FEATURE,
            "features/shop/orders/find.py": find.replace(
                '"/{order_id}/send", button="B_SHOP_SEND"', '"/search", access=PUBLIC'
            ),
            "features/shop/orders/send.py": SEND.replace("import post", "import all_of, any_of, post").replace(
                'button="B_SHOP_SEND"', needs
            ),
        }
    )
    monkeypatch.setattr(command_line, "discover", lambda: shop)
    code, out, err = await run("slices")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "use case          method  access                     button                 URL below /api/v1",
        "shop.orders.find  POST    PUBLIC                                            /business/shop/orders/search",
        "shop.orders.send  POST    GRANTED R_POST and R_SHOP  B_POST or B_SHOP_SEND  "
        "/business/shop/orders/{order_id}/send",
    ]


async def test_all_slices_are_listed_without_a_database(run: Run, tmp_path: Path) -> None:
    code, out, err = await run("slices")
    assert (code, err) == (0, "")
    listed = [line.split()[0] for line in out.splitlines()[1:]]
    assert listed == [route.name for feature in discover() for route in feature.slices]
    assert list((tmp_path / "var").glob("*.sqlite3")) == []


def test_whoever_reads_the_list_may_have_seen_enough() -> None:
    listing = subprocess.Popen(
        [sys.executable, "-m", "kernel", "slices"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert listing.stdout
    listing.stdout.close()
    _, complaint = listing.communicate()
    assert (listing.returncode, complaint) == (0, b"")


async def test_demo_accounts_end(run: Run) -> None:
    assert (await run("end-demo-accounts"))[2].startswith("The database lacks ")
    await run("migrate")
    assert await run("end-demo-accounts") == (0, "No account has the password of demo mode.\n", "")


@pytest.mark.parametrize("arguments", [[], ["dance"], ["demo-data", "many"], ["demo-data"], ["downgrade"]])
async def test_a_command_that_is_none_is_explained(
    arguments: list[str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        await run(*arguments)
    assert stopped.value.code == 2
    assert "usage: python -m kernel" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "migrate", "history", "makemigrations"])
async def test_a_malformed_setting_is_one_line(command: str, run: Run, configure: Configure) -> None:
    configure(DB_URL="oracle://u:hidden@h/x")
    code, out, err = await run(command)
    assert (code, out) == (1, "")
    assert err.startswith("DB_URL='oracle://u:***@h/x': allowed: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "migrate", "history"])
def test_a_database_that_does_not_answer_is_one_line(command: str, tmp_path: Path) -> None:
    """In a process of its own: Tortoise would set up the tables of this one for PostgreSQL, and leave them so."""
    env = environment(tmp_path / "var", DB_URL="postgres://u:hidden@127.0.0.1:1/x")
    done = live_command(command, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("database 'default' does not answer: ")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


async def test_a_folder_that_cannot_be_written_is_one_line(run: Run, tmp_path: Path, configure: Configure) -> None:
    (tmp_path / "file").touch()
    configure(VAR_DIR=str(tmp_path / "file"))
    assert await run("migrate") == (1, "", f"VAR_DIR='{tmp_path / 'file'}': cannot write there: File exists\n")


async def test_a_start_that_is_refused_says_why(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise StartupRefused("Not today.")

    monkeypatch.setattr(command_line, "serve", refuse)
    assert await run("serve") == (1, "", "Not today.\n")


async def test_who_interrupts_gets_the_code_of_that(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "serve", interrupt)
    assert await run("serve") == (130, "", "")


async def test_serve_migrates_first_if_told_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "serve", lambda: None)
    assert await run("serve") == (0, "", "")
    _, out, _ = await run("serve", "--migrate")
    assert out.startswith("applied kernel.0001_initial\n")


async def test_events_are_listed_retried_and_discarded(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        """In a process of its own: one that has spoken to SQLite writes SQL for it ever after."""
        done = live_command(*arguments, env=environment(tmp_path / "var"))
        return done.returncode, done.stdout, done.stderr

    run("migrate")
    assert run("events") == (0, "Every reaction has happened.\n", "")
    write_deliveries(
        tmp_path / "var" / "tessera.sqlite3", ("pending", 2, "ValueError: no\npaper"), ("parked", 10, "x" * 500)
    )
    code, out, err = run("events")
    head, pending, parked = (re.split(r"\s{2,}", line) for line in out.splitlines())
    assert (code, err) == (0, "")
    assert head == ["id", "told at", "event", "subject", "reaction", "state", "tried", "next try", "because"]
    due = "2026-01-15 08:30:00"
    said = [due, "hr.EmployeeOnboarded", "hr.employee_id:7", "notices.tell"]
    assert pending == ["1", *said, "pending", "2", due, "ValueError: no paper"]
    assert parked == ["2", *said, "parked", "10", "-", "x" * 80]

    assert (run("events", "retry"))[1].startswith("1 to be tried again")
    assert (run("events", "retry", "1", "2", "3"))[1].startswith("2 to be tried again")
    assert "parked" not in (run("events"))[1]
    assert (run("events", "discard", "1", "7"))[1] == "1 discarded.\n"
    assert len((run("events"))[1].splitlines()) == 2


@pytest.mark.parametrize("number", ["-1", "1.5", "x", "٣", str(2**63)])
@pytest.mark.parametrize("action", ["retry", "discard"])
async def test_what_is_no_id_of_an_event(
    run: Run, capsys: pytest.CaptureFixture[str], action: str, number: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        await run("events", action, "--", number)
    assert ended.value.code == 2
    assert f"{number!r} is no id" in capsys.readouterr().err


def test_only_who_can_is_asked_to_retell(tmp_path: Path) -> None:
    """That it is told is seen in `tests/live/test_a_module_that_needs_another.py`."""
    env = environment(tmp_path / "var")
    live_command("migrate", env=env)
    for teller, says in (
        ("auth", "auth cannot tell its present state; those that have a retell.py can: hr\n"),
        ("hr", "route has no reaction to what hr tells that is to be retold\n"),
    ):
        done = live_command("events", "retell", teller, "route", env=env)
        assert (done.returncode, done.stderr) == (1, says)


def write_deliveries(file: Path, *rows: tuple[str, int, str]) -> None:
    moment = "2026-01-15 08:30:00+00:00"
    said = ("hr.EmployeeOnboarded", "hr.employee_id:7", "{}", "notices", "notices.tell")
    with closing(sqlite3.connect(file)) as database:
        for state, attempts, error in rows:
            database.execute(
                "INSERT INTO sys_event_delivery (event_id, event, subject, payload, listener, reaction, state, attempts, "
                "told_at, due_at, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (str(uuid4()), *said, state, attempts, moment, moment, error),
            )
        database.commit()

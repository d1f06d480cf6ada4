"""The command line behind the justfile: `python -m kernel <command>`."""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from rich.progress import Progress
from tortoise.context import TortoiseContext

from kernel.database.migrations.changes import Renames
from kernel.database.migrations.runner import downgrade, history, migrate
from kernel.database.migrations.writer import missing_migrations, write
from kernel.errors.operator import OperatorError
from kernel.logs import configure_logs
from kernel.rbac.authorize import Requirement
from kernel.redis_line import connected
from kernel.server import serve
from kernel.settings import settings
from kernel.slices.discovery import database_config, discover
from kernel.slices.route import API_PREFIX, SliceRoute
from kernel.startup.demo_accounts import end_demo_accounts
from kernel.startup.demo_data import demo_data
from kernel.startup.run import refuse_unmigrated_database
from kernel.unit_of_work.models import DeliveryState, EventDelivery
from kernel.unit_of_work.outbox import discard, retry, still_open
from kernel.unit_of_work.retelling import can_retell, retell, rows_to_tell
from kernel.var_dir import ensure_var_dir

_LISTED, _ERROR_SHOWN = 200, 80


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Returns the exit code; what the operator can mend is one message without a traceback."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    command: Callable[..., Any] = options.pop("command")
    try:
        configure_logs()
        ensure_var_dir(settings().var_dir)
        result = command(**options)
        return asyncio.run(result) if isinstance(result, Awaitable) else result or 0  # pyright: ignore[reportArgumentType]  a coroutine
    except OperatorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kernel", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, run: Callable[..., Any], summary: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary)
        command.set_defaults(command=run)
        return command

    add("serve", _serve, "serve the app").add_argument("--migrate", action="store_true", help="apply migrations first")
    add("migrate", _migrate, "apply migrations").add_argument(
        "target", nargs="?", help="<module> or <module>.<migration>"
    )
    add("downgrade", _downgrade, "take migrations back").add_argument("target", help="<module> or <module>.<migration>")
    add("history", _history, "list the applied migrations")
    make = add("makemigrations", _makemigrations, "write migrations for changed models")
    make.add_argument("--check", action="store_true", help="write nothing; fail if something is missing")
    make.add_argument("modules", nargs="*", help="all of them by default")
    make.add_argument("--name", help="of the file, instead of one that says what it does")
    make.add_argument(
        "--renamed", action="append", default=[], metavar="OLD:NEW", type=_renaming, help="a column that was renamed"
    )
    make.add_argument("--not-renamed", action="store_true", help="nothing (else) was renamed")
    add("slices", _slices, "list the use cases")
    add("demo-data", demo_data, "add demo rows").add_argument("count", type=int)
    add("end-demo-accounts", _end_demo_accounts, "disable the accounts that have the password of demo mode")
    _add_events(add("events", _events, "list the events that are not dealt with"))
    return parser


def _delivery_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"{text!r} is no id; `just events` lists them")
    return int(text)


def _add_events(events: argparse.ArgumentParser) -> None:
    actions = events.add_subparsers()

    def add(name: str, run: Callable[..., Any], summary: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=summary)
        action.set_defaults(command=run)
        return action

    add("retry", _retry, "try again, at once").add_argument(
        "ids", nargs="*", type=_delivery_id, help="all that are parked"
    )
    add("discard", _discard, "never try again").add_argument("ids", nargs="+", type=_delivery_id)
    retell = add("retell", _retell, "tell a module the present state of another one")
    retell.add_argument("teller")
    retell.add_argument("listener")


def _serve(*, migrate: bool) -> None:
    if migrate:
        asyncio.run(_migrate(None))
    serve()


async def _migrate(target: str | None) -> int:
    await migrate(database_config(), target)
    return 0


async def _downgrade(target: str) -> int:
    await downgrade(database_config(), target)
    return 0


async def _history() -> int:
    _print(f"{moment}  {name}" for name, moment in await history(database_config()))
    return 0


def _renaming(text: str) -> tuple[str, str]:
    old, colon, new = text.partition(":")
    if not (old and colon and new):
        raise argparse.ArgumentTypeError(f"{text!r} is not OLD:NEW, as in phone:mobile")
    return old, new


async def _makemigrations(
    modules: list[str], *, check: bool, name: str | None, renamed: list[tuple[str, str]], not_renamed: bool
) -> int:
    renames = Renames(frozenset(renamed), no_others=not_renamed or check)
    missing = await missing_migrations(database_config(), modules, renames=renames, name=name)
    if not check:
        _print(str(path) for path in write(missing))
        return 0
    for label in (migration.app_label for migration in missing):
        sys.stderr.write(f"{label}: its models have changed. Run: just makemigrations {label}\n")
    return 1 if missing else 0


def _slices() -> None:
    rows = [("use case", "method", "access", "button", f"URL below {API_PREFIX}")]
    rows += [_row(route) for feature in discover() for route in feature.slices]
    _print_table(rows)


def _row(route: SliceRoute) -> tuple[str, str, str, str, str]:
    rule = route.access_rule
    access = " ".join(filter(None, [rule.access.name, _names(rule.roles)]))
    url = route.path_format.removeprefix(API_PREFIX)
    return rule.name, "/".join(sorted(route.methods or ())), access, _names(rule.button), url


def _names(needs: Requirement | None) -> str:
    return (" or " if needs.any else " and ").join(sorted(needs.names)) if needs else ""


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    _print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _print(lines: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _end_demo_accounts() -> int:
    async with _database(), connected(settings().redis_url):  # workers that run already are to know at once
        ended = await end_demo_accounts()
    if not ended.user_names:
        _print(["No account has the password of demo mode."])
        return 0
    _print([f"Disabled, with a password that nobody knows: {name}" for name in ended.user_names if name != ended.admin])
    if ended.admin:
        _print([f"Super administrator: {ended.admin}, password {ended.admin_password} (shown once, must be changed)"])
    return 0


async def _events() -> int:
    async with _database():
        waiting, total = await still_open(_LISTED)
    head = ("id", "told at", "event", "subject", "reaction", "state", "tried", "next try", "because")
    _print_table([head, *map(_event_row, waiting)] if waiting else [("Every reaction has happened.",)])
    if total > len(waiting):
        _print([f"and {total - len(waiting)} more"])
    return 0


def _event_row(row: EventDelivery) -> tuple[str, ...]:
    due = f"{row.due_at:%Y-%m-%d %H:%M:%S}" if row.state is DeliveryState.PENDING else "-"
    because = " ".join((row.error or "").split())[:_ERROR_SHOWN]
    times = f"{row.told_at:%Y-%m-%d %H:%M:%S}", str(row.attempts)
    return str(row.id), times[0], row.event, row.subject, row.reaction, row.state.value, times[1], due, because


async def _retry(ids: list[int]) -> int:
    async with _database():
        _print([f"{await retry(ids)} to be tried again; a running server does it within seconds."])
    return 0


async def _discard(ids: list[int]) -> int:
    async with _database():
        _print([f"{await discard(ids)} discarded."])
    return 0


async def _retell(teller: str, listener: str) -> int:
    can_retell({feature.name: feature.retold for feature in discover()})
    async with _database():
        total = await rows_to_tell(teller, listener)
        with Progress() as progress:
            task = progress.add_task(f"{teller} to {listener}", total=total)
            await retell(teller, listener, lambda rows: progress.advance(task, rows))
            progress.update(task, completed=total)
    _print([f"{teller} has told {listener} of {total} rows; a running server reacts within seconds."])
    return 0


@asynccontextmanager
async def _database() -> AsyncIterator[None]:
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        await refuse_unmigrated_database()
        yield


if __name__ == "__main__":
    sys.exit(main())

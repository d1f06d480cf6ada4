"""The command line behind the justfile: `python -m kernel <command>`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from rich.progress import Progress
from tortoise.context import TortoiseContext

from kernel.database.migrations.runner import downgrade, history, migrate
from kernel.database.migrations.writer import missing_migrations, write
from kernel.errors.operator import OperatorError
from kernel.logs import configure_logs
from kernel.rbac.authorize import Requirement
from kernel.server import serve
from kernel.settings import settings
from kernel.slices.discovery import database_config, discover
from kernel.slices.route import API_PREFIX, SliceRoute
from kernel.startup.demo_accounts import end_demo_accounts
from kernel.startup.run import refuse_unmigrated_database, refuse_unready_database
from kernel.var_dir import ensure_var_dir


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

    add("serve", serve, "serve the app").add_argument(
        "--reload", action="store_true", help="start again on every change"
    )
    add("migrate", _migrate, "apply migrations").add_argument(
        "target", nargs="?", help="<module> or <module>.<migration>"
    )
    add("downgrade", _downgrade, "take migrations back").add_argument("target", help="<module> or <module>.<migration>")
    add("history", _history, "list the applied migrations")
    make = add("makemigrations", _makemigrations, "write migrations for changed models")
    make.add_argument("--check", action="store_true", help="write nothing; fail if something is missing")
    make.add_argument("names", nargs="*", help="modules; all of them by default")
    add("slices", _slices, "list the use cases")
    add("end-demo-accounts", _end_demo_accounts, "disable the accounts that have the password of demo mode")
    add("demo-data", _demo_data, "add demo rows").add_argument("count", type=int)
    return parser


async def _migrate(target: str | None) -> int:
    await migrate(database_config(), target)
    return 0


async def _downgrade(target: str) -> int:
    await downgrade(database_config(), target)
    return 0


async def _history() -> int:
    _print(f"{moment}  {name}" for name, moment in await history(database_config()))
    return 0


async def _makemigrations(names: list[str], *, check: bool) -> int:
    missing = await missing_migrations(database_config(), names)
    for migration in missing:
        if check:
            label = migration.app_label
            sys.stderr.write(f"{label}: its models have changed. Run: just makemigrations {label}\n")
        else:
            sys.stdout.write(f"{write(migration)}\n")
    return 1 if check and missing else 0


def _slices() -> None:
    rows = [("use case", "method", "access", "button", f"URL below {API_PREFIX}")]
    rows += [_row(route) for feature in discover() for route in feature.slices]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    _print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _row(route: SliceRoute) -> tuple[str, str, str, str, str]:
    rule = route.access_rule
    access = " ".join(filter(None, [rule.access.name, _names(rule.roles)]))
    url = route.path_format.removeprefix(API_PREFIX)
    return rule.name, "/".join(sorted(route.methods or ())), access, _names(rule.button), url


def _names(needs: Requirement | None) -> str:
    return (" or " if needs.any else " and ").join(sorted(needs.names)) if needs else ""


def _print(lines: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _demo_data(count: int) -> int:
    if count < 1:
        raise OperatorError(f"demo-data {count}: give the number of rows to add, 1 or more")
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        await refuse_unready_database()
        for feature in discover():
            if feature.generate_demo_rows:
                with Progress() as progress:
                    task = progress.add_task(feature.title, total=count)
                    await feature.generate_demo_rows(
                        count, lambda done, task=task, bar=progress: bar.advance(task, done)
                    )
    return 0


async def _end_demo_accounts() -> int:
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        await refuse_unmigrated_database()
        ended = await end_demo_accounts()
    if not ended.user_names:
        _print(["No account has the password of demo mode."])
        return 0
    _print([f"Disabled, with a password that nobody knows: {name}" for name in ended.user_names if name != ended.admin])
    if ended.admin:
        _print([f"Super administrator: {ended.admin}, password {ended.admin_password} (shown once, must be changed)"])
    return 0


if __name__ == "__main__":
    sys.exit(main())

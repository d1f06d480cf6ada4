"""Start-up, in order: a database that answers and is migrated; tables equal to the code; accounts; demo data."""

import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from kernel.auth.captcha import captcha_sender
from kernel.database.driver_errors import DRIVER_ERRORS, is_conflict
from kernel.database.migrations.runner import DatabaseUnreachable, pending
from kernel.errors.operator import StartupRefused
from kernel.settings import AppEnv, settings
from kernel.slices.discovery import Feature, database_config
from kernel.startup.bootstrap import FIRST_ADMIN, first_admin_password, open_demo_accounts, open_first_admin
from kernel.startup.demo_accounts import refuse_demo_accounts
from kernel.startup.sync_permissions import TURN, sync_permissions
from kernel.unit_of_work.outbox import register
from kernel.unit_of_work.retelling import can_retell
from kernel.unit_of_work.transaction import lock_until_commit, transaction

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 120

_finished = False


def finished() -> bool:
    """Whether this process has gone through its start-up."""
    return _finished


async def start_up(features: Sequence[Feature]) -> None:
    """Prepare the database for the first request. Idempotent; of several workers one goes first. Raises OperatorError."""
    global _finished
    captcha_sender()
    await refuse_unready_database()
    password = await _prepare_in_turn(features)
    if password:
        # Not through the log: a log is kept, and a password must not be. And not before the commit.
        sys.stdout.write(f"\nFirst super administrator: {FIRST_ADMIN}, password {password} (shown once)\n\n")
        sys.stdout.flush()
    _finished = True


async def _prepare_in_turn(features: Sequence[Feature]) -> str | None:
    """Prepare, waiting for others that do, longer than a request waits for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            async with transaction(__name__):
                await lock_until_commit(TURN)
                return await _prepare(features)
        except DRIVER_ERRORS as error:
            if not is_conflict(error):
                raise
        if time.monotonic() > deadline:
            raise StartupRefused(
                f"Another process has held a lock on the database for {PATIENCE_SECONDS} seconds. End it, and start again."
            )
        log.info("another process holds a lock on the database, waiting")


async def _prepare(features: Sequence[Feature]) -> str | None:
    """Returns the first super administrator's password if it was generated."""
    await sync_permissions(features)
    can_retell({feature.name: feature.retold for feature in features})
    await register({feature.name for feature in features if feature.retold})
    await _sow((feature, feature.install) for feature in features)
    if not settings().demo:
        return await open_first_admin()
    await open_demo_accounts()
    await _sow((feature, feature.seed) for feature in features)
    return None


async def _sow(rows: Iterable[tuple[Feature, Callable[[], Awaitable[None]] | None]]) -> None:
    """Let each feature that has some make its rows, in a transaction of its own."""
    for feature, make in rows:
        if make:
            async with transaction(f"features.{feature.name}"):
                await make()


async def refuse_unready_database() -> None:
    """Raise StartupRefused for a database that must not be served, SettingsError for a first password that is too weak.

    It does not answer, lacks migrations, or opens to the password of demo mode in production.
    """
    config = settings()
    if not config.demo:
        first_admin_password()
    await refuse_unmigrated_database()
    if config.app_env is AppEnv.PRODUCTION:
        await refuse_demo_accounts()


async def refuse_unmigrated_database() -> None:
    """Raise StartupRefused for a database that does not answer or lacks migrations. The app never migrates by itself."""
    try:
        missing = await pending(database_config())
    except DatabaseUnreachable as error:
        raise StartupRefused(str(error)) from None
    if missing:
        raise StartupRefused(f"The database lacks {len(missing)} migrations ({', '.join(missing)}). Run: just migrate")

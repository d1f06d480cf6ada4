"""Start-up, in order: a database that answers and is migrated; tables equal to the code; accounts; demo data."""

from collections.abc import Sequence

from kernel.database.migrations import DatabaseUnreachable, pending
from kernel.database.unit_of_work import unit_of_work
from kernel.modules import Feature, database_config
from kernel.settings import settings
from kernel.startup.accounts import open_system_accounts
from kernel.startup.reconcile import reconcile

_finished = False


class StartupRefused(Exception):
    """Why the app does not start, in a sentence for the operator."""


def finished() -> bool:
    """Whether this process has gone through its start-up."""
    return _finished


async def start_up(features: Sequence[Feature]) -> None:
    """Prepare the database for the first request. Idempotent. Raises StartupRefused."""
    global _finished
    await refuse_unready_database()
    async with unit_of_work():
        await reconcile(features)
    await open_system_accounts()
    if settings().demo:
        for feature in features:
            if feature.seed:
                async with unit_of_work(f"features.{feature.name}"):
                    await feature.seed()
    _finished = True


async def refuse_unready_database() -> None:
    """Raise StartupRefused for a database that does not answer or lacks migrations. The app never migrates by itself."""
    try:
        missing = await pending(database_config())
    except DatabaseUnreachable as error:
        raise StartupRefused(str(error)) from None
    if missing:
        raise StartupRefused(f"The database lacks {len(missing)} migrations ({', '.join(missing)}). Run: just migrate")

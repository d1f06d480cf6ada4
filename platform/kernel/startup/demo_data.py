"""`just demo-data 2000`: that many invented rows more in every module that knows how to invent some."""

import sys

from rich.progress import Progress
from tortoise.context import TortoiseContext

from kernel.database.migrations.runner import migrate
from kernel.errors.operator import OperatorError
from kernel.settings import AppEnv, settings
from kernel.slices.discovery import database_config, discover
from kernel.startup.run import refuse_unready_database, start_up


async def demo_data(count: int) -> None:
    """Add the rows. In demo mode to whatever database, which it prepares as a start would; else to one that is prepared.

    Raises OperatorError for a count below 1, in production, and for what a module cannot add to.
    """
    if count < 1:
        raise OperatorError(f"demo-data {count}: give the number of rows to add, 1 or more")
    if settings().app_env is AppEnv.PRODUCTION:
        raise OperatorError("demo-data adds invented rows, and APP_ENV=production: nothing was added")
    if settings().demo:
        await migrate(database_config())
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        if settings().demo:
            await start_up(discover())
        else:
            await refuse_unready_database()
        for feature in discover():
            if feature.generate_demo_rows:
                with Progress() as progress:
                    task = progress.add_task(feature.title, total=count)
                    await feature.generate_demo_rows(
                        count, lambda done, task=task, bar=progress: bar.advance(task, done)
                    )
                sys.stdout.write(f"{feature.title}: {count} more\n")

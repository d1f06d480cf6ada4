"""Processes that migrate one database wait for one another, and for nobody who is gone."""

import asyncio

from kernel.database.migrations.runner import history, migrate
from tests.platform.kernel.database.databases import python, sample_config

MIGRATE = """
import asyncio
from kernel.database.migrations.runner import migrate
from tests.platform.kernel.database.databases import sample_config
print(asyncio.run(migrate(sample_config(sys.argv[1]), report=lambda line: None)))
"""


async def test_two_processes_that_migrate_at_once_apply_each_migration_once(url: str) -> None:
    processes = [python(MIGRATE, url) for _ in range(3)]
    outcomes = [await asyncio.to_thread(process.communicate) for process in processes]

    assert [error for _, error in outcomes] == [""] * 3
    assert sorted(int(count) for count, _ in outcomes) == [0, 0, 5]
    assert len(await history(sample_config(url))) == 5


HOLD = """
import asyncio
from kernel.database.migrations.lock import migration_lock
from tests.platform.kernel.database.databases import connected, sample_config

async def main():
    async with connected(sample_config(sys.argv[1])) as client, migration_lock(client, print):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_second_process_says_that_it_waits_and_goes_on_once_the_first_was_killed(url: str) -> None:
    holder = python(HOLD, url)
    assert holder.stdout
    assert await asyncio.to_thread(holder.stdout.readline) == "held\n"
    lines: asyncio.Queue[str] = asyncio.Queue()
    waiting = asyncio.create_task(migrate(sample_config(url), report=lines.put_nowait))
    async with asyncio.timeout(30):
        assert await lines.get() == "another process is migrating or filling this database; waiting for it"
        holder.kill()
        await asyncio.to_thread(holder.communicate)
        assert await waiting == 5

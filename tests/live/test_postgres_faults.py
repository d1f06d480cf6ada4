"""A PostgreSQL server that ends connections, stands still, or has a locked row: nobody waits for ever, nothing is half-done."""

import asyncio
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle

import asyncpg
import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller, at_once, over_and_over
from tests.live.server import serving
from tests.proxy import proxy_to

pytestmark = pytest.mark.skipif(not SERVER, reason="needs PostgreSQL")

SHORT = {
    "DB_CONNECT_TIMEOUT_SECONDS": "1",
    "DB_POOL_TIMEOUT_SECONDS": "1",
    "DB_LOCK_TIMEOUT_SECONDS": "1",
    "DB_STATEMENT_TIMEOUT_SECONDS": "1.5",
    "DB_COMMAND_TIMEOUT_SECONDS": "2",
}
CHEAP_HASHES = {"ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1"}
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def test_one_locked_row_holds_up_nobody_who_does_not_need_it(migrated: dict[str, str]) -> None:
    with serving(migrated | CHEAP_HASHES | {"DB_LOCK_TIMEOUT_SECONDS": "3", "DB_POOL_TIMEOUT_SECONDS": "2"}) as server:
        hanmei = await asyncio.to_thread(LiveCaller, server, "hanmei")
        sales = (await asyncio.to_thread(hanmei.departments))["SA"]
        admin = await asyncpg.connect(migrated["DB_URL"])
        try:
            transaction = admin.transaction()
            await transaction.start()
            await admin.execute("SELECT * FROM hr_department WHERE code = 'SA' FOR UPDATE")
            replies = await asyncio.to_thread(_forty_onboardings_and_others, hanmei, sales)
            await transaction.rollback()
        finally:
            await admin.close()
        waiting, others = replies
        assert all(reply.seconds < 2.5 for reply in others), sorted(reply.seconds for reply in others)[-5:]
        assert {reply.code for reply in others} == {"0000"}
        told = Counter((reply.status, reply.code) for reply in waiting)
        assert told.keys() == {(200, "2306"), (503, "1004")}, told
        assert all(reply.seconds < 12 for reply in waiting)
        assert (await asyncio.to_thread(hanmei.onboard, "late", sales)).code == "0000"
        found = await asyncio.to_thread(hanmei.call, "POST", "/business/hr/employees/search", name="crowd")
        assert found.body["data"]["total"] == 0


def _forty_onboardings_and_others(hanmei: LiveCaller, sales: str) -> tuple[list, list]:
    others = []
    with at_once(partial(hanmei.onboard, f"crowd{number}", sales) for number in range(40)) as crowd:
        time.sleep(1)  # each has come as far as it comes
        for number in range(8):
            others += [hanmei.me(), hanmei.call("GET", "/route/constant-routes"), hanmei.search()]
            others += [hanmei.department(f"NEW{number}"), hanmei.call("GET", "/health/ready")]
    return [each.result() for each in crowd], others


def test_a_server_that_stands_still_is_told_in_time_and_used_again_when_it_goes_on(migrated: dict[str, str]) -> None:
    with proxy_to(migrated["DB_URL"]) as proxy, serving(migrated | SHORT | {"DB_URL": proxy.url}) as server:
        hanmei, anybody = LiveCaller(server, "hanmei"), LiveCaller(server)
        proxy.stop()
        calls = [
            hanmei.me,
            hanmei.search,
            partial(hanmei.department, "NEW"),
            partial(LiveCaller.call, anybody, "POST", "/auth/login", userName="hanmei", password="123456"),
        ]
        with at_once(calls * 6) as crowd:
            ready = [anybody.call("GET", "/health/ready") for _ in range(2)]
        replies = [each.result() for each in crowd]
        assert {(reply.status, reply.code) for reply in [*replies, *ready]} == {(503, "1004")}
        assert max(reply.seconds for reply in replies) < 5
        assert max(reply.seconds for reply in ready) < 3
        assert ready[0].body["data"]["database"] == "down"
        assert anybody.call("GET", "/health/live").seconds < 1
        proxy.resume()
        deadline = time.monotonic() + 10
        while hanmei.me().status != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert hanmei.department("NEW").code == "0000"
        assert "Traceback" not in server.log()


async def test_connections_that_are_ended_cost_no_500_and_tell_no_lie(migrated: dict[str, str]) -> None:
    """Reads are done again. A write that says it failed has failed; only one whose COMMIT was lost may be either."""
    with serving(migrated) as server:
        hanmei = await asyncio.to_thread(LiveCaller, server, "hanmei")
        admin = await asyncpg.connect(migrated["DB_URL"])
        until = time.monotonic() + 4
        load = asyncio.create_task(asyncio.to_thread(_read_and_write, hanmei, until))
        while time.monotonic() < until:
            await admin.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
            await asyncio.sleep(0.4)
        reads, writes = await load
        kept = {row["code"] for row in await admin.fetch("SELECT code FROM hr_department")}
        await admin.close()
        assert len(reads) > 10
        assert len(writes) > 5
        assert {reply.status for reply in reads} <= {200, 503}
        assert {reply.status for reply in writes.values()} <= {200, 503}
        assert any(reply.status == 200 for reply in reads)  # a slow one may lose its second connection as well
        for code, reply in writes.items():
            if reply.code == "0000":
                assert code in kept
            elif "may be saved, or not" not in reply.body["msg"]:
                assert code not in kept, reply.body
        assert "Traceback" not in server.log()


def _read_and_write(hanmei: LiveCaller, until: float, **more: str) -> tuple[list, dict]:
    writes = {}

    def write(writer: int) -> None:
        number = 0
        while time.monotonic() < until:
            code = f"W{writer}N{number}"
            writes[code] = hanmei.department(code, **more)
            number += 1

    with ThreadPoolExecutor(6) as pool:
        reading = [pool.submit(over_and_over, call, until) for call in (hanmei.me, hanmei.search, hanmei.search)]
        for writer in range(3):
            pool.submit(write, writer)
    return [reply for each in reading for reply in each.result()], writes


async def test_a_table_may_change_while_it_is_read_and_written(migrated: dict[str, str]) -> None:
    with serving(migrated) as server:
        hanmei = await asyncio.to_thread(LiveCaller, server, "hanmei")
        admin = await asyncpg.connect(migrated["DB_URL"])
        parent = (await asyncio.to_thread(hanmei.departments))["HQ"]
        until = time.monotonic() + 3
        load = asyncio.create_task(asyncio.to_thread(_read_and_write, hanmei, until, parentId=parent))
        kinds = cycle(["text", "varchar(200)"])
        while time.monotonic() < until:
            kind = next(kinds)
            await admin.execute(f"ALTER TABLE hr_department ALTER COLUMN name TYPE {kind}")
            await admin.execute(f"ALTER TABLE hr_employee ALTER COLUMN name TYPE {kind}")
            await asyncio.sleep(0.2)
        reads, writes = await load
        await admin.close()
        assert {reply.status for reply in reads} == {200}
        assert {reply.status for reply in writes.values()} <= {200, 503}
        assert "Traceback" not in server.log()

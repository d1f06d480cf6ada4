"""A SQLite file that another process writes to, or whose disk is full: reads go on, writers are told."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller
from tests.live.server import serving

pytestmark = pytest.mark.skipif(bool(SERVER), reason="the tests run on PostgreSQL")


def file_of(env: dict[str, str]) -> Path:
    return Path(env["VAR_DIR"]) / "tessera.sqlite3"


def test_while_another_process_holds_the_file_everything_but_writing_goes_on(migrated: dict[str, str]) -> None:
    with serving(migrated | {"DB_LOCK_TIMEOUT_SECONDS": "1"}) as server:
        hanmei = LiveCaller(server, "hanmei")
        other = sqlite3.connect(file_of(migrated), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        refused = hanmei.department("NEW")
        assert (refused.status, refused.code) == (200, "2306")
        assert 0.9 < refused.seconds < 3
        replies = [hanmei.me(), hanmei.search(), hanmei.call("GET", "/health/ready")]
        assert [reply.code for reply in replies] == ["0000"] * 3
        assert time.monotonic() - began < 6
        assert max(reply.seconds for reply in replies[:2]) < 0.5
        other.rollback()
        other.close()
        assert hanmei.department("NEW").code == "0000"


def test_a_full_disk_is_told_and_lets_everybody_read(migrated: dict[str, str]) -> None:
    with serving(migrated):
        pass
    # A file that may not grow any more: for SQLite the same as a disk without room. What /ready tries needs 33 pages.
    file = sqlite3.connect(file_of(migrated))
    ((pages,),) = file.execute("PRAGMA page_count")
    file.close()
    with serving(migrated | {"DB_URL": f"sqlite://{file_of(migrated)}?max_page_count={pages + 40}"}) as server:
        hanmei, anybody = LiveCaller(server, "hanmei"), LiveCaller(server)
        replies = [hanmei.department(f"N{number}", description="x" * 500) for number in range(400)]
        full = [reply for reply in replies if reply.code != "0000"]
        assert full
        assert {(reply.status, reply.code) for reply in full} == {(503, "1004")}
        assert full[0].body["msg"] == "The database cannot save anything at the moment. Try again later."
        wrong = anybody.call("POST", "/auth/login", userName="liuqing", password="a guess")
        assert wrong.code == "2401"
        assert [hanmei.me().code, hanmei.search().code] == ["0000", "0000"]
        ready = anybody.call("GET", "/health/ready")
        assert (ready.status, ready.body["data"]["database"]) == (503, "down")
        assert "Traceback" not in server.log()
        assert server.log().count("database unavailable") == len(full)

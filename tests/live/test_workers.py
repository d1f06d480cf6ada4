"""Processes: a worker that is killed, one that dies for ever, two servers on one port, the signal that ends them all."""

import os
import shutil
import signal
import stat
import time
from contextlib import suppress
from pathlib import Path

from tests import database
from tests.live.server import ROOT, SERVE, Server, answers, free_port, serving, started, until

LIVE = "/api/v1/health/live"


def kill_one_worker(server: Server) -> int:
    killed = min(server.workers())
    os.kill(killed, signal.SIGKILL)
    return killed


def test_a_killed_worker_is_replaced(migrated: dict[str, str]) -> None:
    """On PostgreSQL and Redis there are two, and the other one serves meanwhile."""
    count = 2 if database.SERVER else 1
    with serving(migrated | {"WORKERS": str(count)}) as server:
        until(lambda: len(server.workers()) == count and server.log().count("is ready") == 1, server.log, server)
        killed = kill_one_worker(server)
        time.sleep(0.5)  # until the system has closed its socket
        if count > 1:
            assert all(answers(server, LIVE) for _ in range(50))
        until(lambda: len(server.workers() - {killed}) == count and answers(server), server.log, server)
        (told,) = (line for line in server.log().splitlines() if "worker-" in line)
        assert "Unexpected exit from worker-" in told
        assert "Traceback" not in server.log()


def test_a_worker_that_dies_again_and_again_ends_the_service(migrated: dict[str, str]) -> None:
    with serving(migrated) as server:
        killed: set[int] = set()

        def over() -> bool:
            for pid in server.workers() - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            return server.process.poll() is not None

        until(over, server.log)
        assert server.process.returncode == 1
        assert "crash loop" in server.log() or "giving up" in server.log()
        assert "Traceback" not in server.log()


def test_workers_end_with_the_process_that_started_them(migrated: dict[str, str]) -> None:
    """Killed, it can stop nobody. The next one finds the port free."""
    port = free_port()
    with started(migrated, port=port) as server:
        until(lambda: answers(server), server.log, server)
        workers = server.workers()
        server.process.kill()
        server.process.wait()
        try:
            until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), server.log)
        finally:
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert "Traceback" not in server.log()
    with started(migrated, port=port) as server:
        until(lambda: answers(server), server.log, server)


def test_of_two_that_start_at_once_one_serves(migrated: dict[str, str]) -> None:
    port = free_port()
    with started(migrated, *SERVE, port=port) as one, started(migrated, *SERVE, port=port) as other:
        both = (one, other)
        until(lambda: any(each.process.poll() is not None for each in both), lambda: one.log() + other.log())
        loser, winner = sorted(both, key=lambda each: each.process.poll() is None)
        assert loser.process.returncode == 1
        assert loser.log() == (
            f"APP_PORT={port}: another program listens on 127.0.0.1:{port}. Stop it or choose another APP_PORT.\n"
        )
        until(lambda: answers(winner), winner.log, winner)
        until(lambda: "is ready" in winner.log(), winner.log, winner)


def test_ending_just_ends_the_server(empty: dict[str, str]) -> None:
    """Whoever supervises the command of the README ends it by ending that process. What it wrote is for its owner alone."""
    uv = shutil.which("uv")
    assert uv
    var_dir = Path(empty["VAR_DIR"])
    var_dir.mkdir(mode=0o755)
    with started(empty | {"UV_NO_SYNC": "1"}, uv, "run", "just", "up", folder=ROOT) as server:
        until(lambda: answers(server), server.log, server)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in var_dir.iterdir() if file.suffix != ".log"}
        assert modes
        assert set(modes.values()) == {0o600}, modes
        server.process.terminate()
        server.process.wait(30)
        until(lambda: not answers(server, LIVE), server.log)
        assert "Traceback" not in server.log()

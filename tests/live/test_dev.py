"""`just dev`: what is broken is named in one message, and the next save starts the server again."""

import json
import shutil
import signal
import sys
import urllib.request
from pathlib import Path

from tests.live.server import ROOT, Server, answers, children, started, until

DEV = (sys.executable, "platform/scaffold/dev.py")
LIVE = "/api/v1/health/live"
ENDED = "dev: the server has ended, for the reason above; it starts again at the next save"


def complaints(server: Server) -> list[str]:
    """What was said before each time that the server ended by itself."""
    lines = server.log().splitlines()
    return [lines[number - 1] for number, line in enumerate(lines) if line == ENDED]


def status_at(server: Server) -> str:
    with urllib.request.urlopen(server.url + LIVE, timeout=5) as answer:
        return json.load(answer)["data"]["status"]


def family(server: Server) -> set[int]:
    """All processes that stand below it."""
    found, new = set[int](), {server.process.pid}
    while new:
        new = {child for pid in new for child in children(pid)}
        found |= new
    return found


def end(server: Server, ended_by: signal.Signals) -> None:
    """It ends, and leaves nothing behind."""
    below = family(server)
    assert below
    server.process.send_signal(ended_by)
    assert server.process.wait(30) == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), server.log)


def test_what_is_broken_is_named_and_may_be_mended(tmp_path: Path, empty: dict[str, str]) -> None:
    """From the first start on, which finds an empty database and a slice that breaks the rules."""
    clone = tmp_path / "clone"
    for folder in ("features", "platform", "migrations"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__"))
    live = clone / "features" / "health" / "live.py"
    whole = live.read_text(encoding="utf-8")
    live.write_text(whole.replace('"""Does the process answer?"""', ""), encoding="utf-8")
    env = empty | {"PYTHONPATH": f"{clone}:{clone / 'platform'}"}
    with started(env, *DEV, folder=clone) as server:
        until(lambda: len(complaints(server)) == 1, server.log, server)
        assert complaints(server) == [
            "features/health/live.py has no docstring; its first line says what the use case does"
        ]
        live.write_text(whole, encoding="utf-8")
        until(lambda: answers(server), server.log, server)

        live.write_text(whole.replace("-> LiveResponse:", "-> LiveResponse"), encoding="utf-8")
        until(lambda: len(complaints(server)) == 2, server.log, server)
        assert (
            complaints(server)[1] == "features/health/live.py, line 11: expected ':': async def live() -> LiveResponse"
        )
        live.write_text(whole.replace('"up"', '"mended"'), encoding="utf-8")
        until(lambda: answers(server), server.log, server)
        assert status_at(server) == "mended"
        end(server, signal.SIGINT)
        assert "Traceback" not in server.log()


def test_it_may_be_ended_while_the_server_starts(empty: dict[str, str]) -> None:
    with started(empty, *DEV) as server:
        until(lambda: bool(family(server)), server.log, server)
        end(server, signal.SIGTERM)
        assert server.log() == ""

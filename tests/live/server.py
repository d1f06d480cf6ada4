"""A real server process, started and stopped by a test."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """Where it listens, the file that holds all it wrote, and its process."""

    url: str
    output: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def log(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def workers(self) -> set[int]:
        """The process ids of its workers that live."""
        return {pid for pid in children(self.process.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(var_dir: Path, **settings: str) -> dict[str, str]:
    """This process's environment without the settings of the tests, with these instead."""
    ours = {"DB_URL", "REDIS_URL", "SECRET_KEY", "SQIDS_SEED", "APP_ENV", "APP_TIMEZONE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("ARGON2_")}
    return kept | {"VAR_DIR": str(var_dir)} | settings


def command(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `python -m kernel <arguments>` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "kernel", *arguments], env=env, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


SERVE = (sys.executable, "-m", "kernel", "serve")


@contextmanager
def started(env: Mapping[str, str], *arguments: str, port: int | None = None, folder: Path = ROOT) -> Iterator[Server]:
    """A server that may not be ready yet, and may never be; it is stopped at the end of the block."""
    port = port or free_port()
    output = Path(env["VAR_DIR"]) / f"server-{port}-{time.monotonic_ns()}.log"
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as log:
        process = subprocess.Popen(
            arguments or SERVE, env={**env, "APP_PORT": str(port)}, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield Server(f"http://127.0.0.1:{port}", output, process)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def serving(env: Mapping[str, str]) -> Iterator[Server]:
    """A server that is ready, until the end of the block."""
    with started(env) as server:
        until(lambda: answers(server), lambda: f"the server did not become ready:\n{server.log()}", server)
        yield server


def answers(server: Server, path: str = "/api/v1/health/ready") -> bool:
    """Whether it answers with 200, over a new connection."""
    try:
        with urllib.request.urlopen(server.url + path, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def until(holds: Callable[[], bool], otherwise: Callable[[], str], server: Server | None = None) -> None:
    """Wait for what is to come. Raises AssertionError if it does not, or if the server ends before."""
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        if time.monotonic() > deadline or (server and server.process.poll() is not None):
            raise AssertionError(otherwise())
        time.sleep(0.05)


def children(pid: int) -> set[int]:
    """The processes whose parent this is (proc(5): the parent stands second after the name in brackets)."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(stat.parent.name))
    return found

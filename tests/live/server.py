"""A real server process, started and stopped by a test."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """Where it listens, and the file that holds all it wrote."""

    url: str
    output: Path

    def log(self) -> str:
        return self.output.read_text(encoding="utf-8")


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


@contextmanager
def serving(env: Mapping[str, str]) -> Iterator[Server]:
    """A server that is ready, until the end of the block."""
    port = free_port()
    output = Path(env["VAR_DIR"]) / f"server-{port}.log"
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kernel", "serve"],
            env={**env, "APP_PORT": str(port)},
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", output)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/api/v1/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not become ready:\n{server.log()}")

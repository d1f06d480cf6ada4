"""A Redis server of a test's own, which it may stop, pause and start again."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.server import free_port


class RedisServer:
    """It keeps what it holds in a file when it is stopped, and has it again when it is started."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder), "--save", "3600 1"]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while self.ask("PING") != "+PONG":
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)

    def ask(self, *words: str) -> str:
        """The first line of its answer; nothing if there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall((" ".join(words) + "\r\n").encode())
                return connection.makefile().readline().strip()
        except OSError:
            return ""

    def commands(self, name: str) -> int:
        """How many of this name it has answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"INFO commandstats\r\nQUIT\r\n")
            found = re.search(rf"cmdstat_{name}:calls=(\d+)", connection.makefile().read())
        return int(found[1]) if found else 0

    def stop(self) -> None:
        """As an operator stops it."""
        self.resume()
        self._process.terminate()
        self._process.wait(20)

    def kill(self) -> None:
        """As a machine ends: what it was told since it last wrote its file is lost."""
        self._process.kill()
        self._process.wait(20)

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Such a server, until the end of the block."""
    folder.mkdir()
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.stop()

"""A Redis server that does as a test tells it: answers, stands still, refuses, ends its connections. In threads, as a real one is elsewhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


class ScriptedRedis:
    """Answers MGET with the names that it was asked for, INFO with an error, and everything else with OK."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard = list[list[str]]()
        """Every command but those that redis-py greets with, in order."""
        self.connections = list[socket.socket]()
        self._answering = threading.Event()
        self._answering.set()
        self._threads = list[threading.Thread]()
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/3"

    def stand_still(self) -> None:
        """From now on it listens, and says nothing."""
        self._answering.clear()

    def go_on(self) -> None:
        self._answering.set()

    def hang_up(self) -> None:
        """End all connections. It takes new ones."""
        while self.connections:
            _end(self.connections.pop())

    def close(self) -> None:
        _end(self._listener)
        self.go_on()
        self.hang_up()
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # pyright: ignore[reportArgumentType]  any function
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection.makefile("rb") as stream:
            while command := _read(stream):
                if command[0] not in ("CLIENT", "SELECT"):
                    self.heard.append(command)
                self._answering.wait()
                answer = self._answer(command)
                for start in range(0, len(answer), 7):  # in pieces, as a network may deliver it
                    connection.sendall(answer[start : start + 7])

    def _answer(self, command: list[str]) -> bytes:
        name, *arguments = command
        if name == "INFO":
            return b"-NOPERM you may not\r\n"
        if name != "MGET":
            return b"+OK\r\n"
        return f"*{len(arguments)}\r\n".encode() + b"".join(
            f"${len(each)}\r\n{each}\r\n".encode() for each in arguments
        )


def _read(stream: BinaryIO) -> list[str]:
    """The next command; none at the end."""
    count = stream.readline()
    return [stream.read(int(stream.readline()[1:]) + 2)[:-2].decode() for _ in range(int(count[1:]))] if count else []


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def scripted_redis() -> Iterator[ScriptedRedis]:
    """Such a server, until the end of the block."""
    server = ScriptedRedis()
    try:
        yield server
    finally:
        server.close()

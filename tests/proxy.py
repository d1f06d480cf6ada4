"""A TCP proxy between a test's client and a server, which the test can make fail: stopped, or cut at a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Forwards, until told otherwise; in threads, so that it serves a loop that the test runs in as well as a process."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets, self._threads = [self._listener], list[threading.Thread]()
        self._flowing = threading.Event()
        self._flowing.set()
        self._cut_before = self._lose_answer_to = b""
        self._start(self._accept)

    @property
    def url(self) -> str:
        """The server's URL, by way of the proxy."""
        user, _, _ = self._parts.netloc.rpartition("@")
        return urlunsplit(self._parts._replace(netloc=f"{user}@127.0.0.1:{self._listener.getsockname()[1]}"))

    def stop(self) -> None:
        """From now on the server seems to stand still: connections are accepted and stay open, nothing is forwarded."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def cut_before(self, word: bytes) -> None:
        """End the connection of the next request that holds the word; the server does not see it."""
        self._cut_before = word

    def lose_answer_to(self, word: bytes) -> None:
        """End the connection of the next request that holds the word, when the server has done it."""
        self._lose_answer_to = word

    def close(self) -> None:
        self._flowing.set()
        _end(*self._sockets)
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # pyright: ignore[reportArgumentType]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((self._parts.hostname or "", self._parts.port or 5432))
                doomed = threading.Event()
                self._sockets += [client, server]
                self._start(self._requests, client, server, doomed)
                self._start(self._answers, server, client, doomed)

    def _requests(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                self._flowing.wait()
                if self._cut_before and self._cut_before in data:
                    self._cut_before = b""
                    break
                if self._lose_answer_to and self._lose_answer_to in data:
                    self._lose_answer_to = b""
                    doomed.set()
                server.sendall(data)
        _end(client, server)

    def _answers(self, server: socket.socket, client: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while (data := server.recv(65536)) and not doomed.is_set():
                self._flowing.wait()
                client.sendall(data)
        _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    """A proxy to the server of this database URL, until the end of the block."""
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.close()

"""Connections as a server sees them, where a test without sockets sees nothing."""

import http.client
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.hostile.test_bodies import LIMIT
from tests.live.server import Server

LIVE = "/api/v1/health/live"
SILENT = 1100  # connections; of more than 1024 the next one waited until one of them had timed out


@pytest.fixture
def many_files() -> Iterator[None]:
    """The test may open as many files as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)


def get(connection: http.client.HTTPConnection, path: str = LIVE) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_silent_connections_delay_nobody(many_files: None, server: Server) -> None:
    """Whether they say nothing, half a header, or nothing more. The server lets go of them by and by."""
    request = f"GET {LIVE} HTTP/1.1\r\nHost: test\r\n".encode()
    began = time.monotonic()
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30)) for _ in range(SILENT)
        ]
        for number, each in enumerate(held):
            each.sendall((b"", request, request + b"\r\n")[number % 3])
        with closing(connect(server)) as connection:
            asked = time.monotonic()
            assert get(connection) == 200
            assert time.monotonic() - asked < 2
        for each in held[:3]:
            while each.recv(65536):
                pass
        assert time.monotonic() - began < 25


def test_a_refusal_that_overtakes_a_body_is_heard_and_so_is_the_next_answer(server: Server) -> None:
    """Refused before the body is read: 2100 by the access rule, 1001 by the URL, 1003 by Content-Length."""
    for size in (2, 100_000, LIMIT + 1, 5 * LIMIT):
        login = 413 if size > LIMIT else 200  # read, and refused as no JSON
        for path, status in (
            ("/api/v1/business/hr/departments", 200),
            ("/api/v1/nothing", 404),
            ("/api/v1/auth/login", login),
        ):
            with closing(connect(server)) as connection:
                for _ in range(5):
                    connection.request("POST", path, b"x" * size, {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    answer.read()
                    assert (path, size, answer.status, answer.will_close) == (path, size, status, False)
                assert get(connection) == 200


POST = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"


def test_a_body_that_breaks_off_is_refused_like_any_other(server: Server) -> None:
    """Malformed chunks, and fewer bytes than were promised: an envelope, a request id, no traceback."""
    for rest in (
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"Content-Length: 100\r\n\r\n{}",
    ):
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as raw:
            raw.sendall(POST + rest)
            raw.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(raw)
            answer.begin()
            body = answer.read()
        assert (answer.status, answer.getheader("Connection")) == (200, "close")
        assert answer.getheader("X-Request-ID")
        assert b'"code":"1200"' in body
        assert b'"field":"body"' in body
    with closing(socket.create_connection(("127.0.0.1", server.port))) as raw:
        raw.sendall(POST + b"Content-Length: 100\r\n\r\n{}")
    with closing(connect(server)) as connection:
        assert get(connection) == 200
    assert "Traceback" not in server.log()
    assert "[error" not in server.log()

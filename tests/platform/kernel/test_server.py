"""Serving: the checks beforehand, what Granian is told, and what the operator reads."""

import asyncio
import resource
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from kernel import server
from kernel.errors.operator import SettingsError, StartupRefused
from kernel.settings import settings
from tests.platform.kernel.conftest import Configure, names_in


@pytest.fixture
def granian(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Granian is told, in place of a server that runs for ever; nothing is announced."""
    told: list[dict[str, Any]] = []
    started_by: list[str] = []

    class Server:
        def __init__(self, target: str, **options: Any) -> None:
            self.options = {"target": target, **options}

        def serve(self) -> None:
            told.append({**self.options, "started_by": started_by})

    monkeypatch.setattr(server, "Server", Server)
    monkeypatch.setattr(server, "_announce", lambda _config: None)
    monkeypatch.setattr(server.multiprocessing, "set_start_method", started_by.append)
    return told


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


async def test_granian_is_told_what_the_settings_say(
    app: FastAPI, granian: list[dict[str, Any]], free_port: int, configure: Configure
) -> None:
    configure(APP_PORT=str(free_port), APP_HOST="127.0.0.1")
    await asyncio.to_thread(server.serve)
    (told,) = granian
    assert (told["target"], told["factory"], told["interface"].value) == ("kernel.server:app_of_worker", True, "asgi")
    assert (told["address"], told["port"], told["workers"]) == ("127.0.0.1", free_port, 1)
    assert told["backlog"] == told["backpressure"] == server._connections() > 4000
    assert told["started_by"] == ["spawn"]  # a fork would take along what this process has imported


async def test_secrets_are_there_before_the_first_worker(
    app: FastAPI, granian: list[dict[str, Any]], free_port: int, configure: Configure, tmp_path: Path
) -> None:
    configure(APP_PORT=str(free_port), SECRET_KEY=None, SQIDS_SEED=None, VAR_DIR=str(tmp_path))
    await asyncio.to_thread(server.serve)
    assert granian
    assert names_in(tmp_path) == ["secret_key", "sqids_seed"]


async def test_a_taken_port_stops_it(
    app: FastAPI, granian: list[dict[str, Any]], taken_port: int, configure: Configure
) -> None:
    configure(APP_PORT=str(taken_port))
    with pytest.raises(StartupRefused, match=f"^APP_PORT={taken_port}: another program listens on 127.0.0.1:"):
        await asyncio.to_thread(server.serve)
    assert granian == []


async def test_an_address_that_is_not_ours_stops_it(
    app: FastAPI, granian: list[dict[str, Any]], configure: Configure
) -> None:
    configure(APP_HOST="192.0.2.1")
    with pytest.raises(StartupRefused, match=r"^APP_HOST='192\.0\.2\.1', APP_PORT=9999: cannot listen there: "):
        await asyncio.to_thread(server.serve)
    assert granian == []


def test_of_two_that_find_the_port_free_one_gets_it(free_port: int) -> None:
    """Nobody listens yet; each would find the port free, and Granian's workers would share it."""
    with (
        server._claim_port("localhost", free_port),
        pytest.raises(StartupRefused, match=f"^APP_PORT={free_port}: another program listens on "),
    ):
        server._claim_port("127.0.0.1", free_port)
    with server._claim_port("127.0.0.1", free_port):
        pass


@pytest.fixture
def few_files() -> Iterator[None]:
    """The process may open 1024 files, as on many systems."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_connections_are_not_held_up_by_the_limit_of_open_files(
    few_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 2000)
    assert server._connections() == 2000
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 2000 + server.OTHER_FILES


def test_where_no_more_files_may_be_opened_fewer_connections_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1024, 1024))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, _limits: None)
    assert server._connections() == 1024 - server.OTHER_FILES


def test_workers_that_die_again_and_again_end_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    respawned: list[list[int]] = []
    monkeypatch.setattr(server.MPServer, "_respawn_workers", lambda _self, workers: respawned.append(workers))
    master = server.Server("kernel.app:create_app", log_dictconfig=server.LOGGING)
    with capture_logs() as logs:
        for _ in range(server.RESPAWNS):
            master._respawn_workers([0])
        assert (len(respawned), master.interrupt_signal, logs) == (server.RESPAWNS, False, [])
        master._respawn_workers([0])
    assert (len(respawned), master.interrupt_signal, master.interrupt_children) == (server.RESPAWNS, True, [0])
    assert [line["event"] for line in logs] == ["6 workers died within 120 seconds; giving up"]


def test_deaths_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.MPServer, "_respawn_workers", lambda _self, _workers: None)
    moments = iter(range(0, 100 * server.RESPAWN_SECONDS, server.RESPAWN_SECONDS))
    master = server.Server("kernel.app:create_app", log_dictconfig=server.LOGGING)
    monkeypatch.setattr(server.time, "monotonic", lambda: next(moments))
    for _ in range(2 * server.RESPAWNS):
        master._respawn_workers([0])
    assert not master.interrupt_signal


async def test_a_database_that_is_not_migrated_stops_it(
    app: FastAPI, granian: list[dict[str, Any]], free_port: int, empty_database: None, configure: Configure
) -> None:
    configure(APP_PORT=str(free_port))
    with pytest.raises(StartupRefused, match=r"lacks .* migrations .*kernel.0001_initial.* Run: just migrate"):
        await asyncio.to_thread(server.serve)
    assert granian == []


def test_several_workers_need_a_redis_that_they_share(configure: Configure) -> None:
    configure(WORKERS="2", REDIS_URL="memory://")
    with pytest.raises(StartupRefused, match=r"^WORKERS=2: .* Set REDIS_URL, or WORKERS=1\.$"):
        server._refuse_unshared_redis(settings())
    configure(WORKERS="2", REDIS_URL="redis://127.0.0.1/0")
    server._refuse_unshared_redis(settings())
    configure(WORKERS="1", REDIS_URL="memory://")
    server._refuse_unshared_redis(settings())


def test_a_malformed_setting_stops_it(granian: list[dict[str, Any]], configure: Configure) -> None:
    configure(WORKERS="many")
    with pytest.raises(SettingsError, match=r"^WORKERS='many': "):
        server.serve()
    assert granian == []


def test_a_sender_of_codes_that_cannot_send_stops_it(granian: list[dict[str, Any]], configure: Configure) -> None:
    configure(CAPTCHA_SENDER="features.nothing:send")
    with pytest.raises(SettingsError, match=r"^CAPTCHA_SENDER='features.nothing:send': ModuleNotFoundError: "):
        server.serve()
    assert granian == []


# --- what the operator reads


def announced(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[list[tuple[str, int]], str]:
    """The addresses that were asked until the second one answered, and what was then printed."""
    asked: list[tuple[str, int]] = []

    def answers(host: str, port: int) -> bool:
        asked.append((host, port))
        return len(asked) > 1

    with monkeypatch.context() as patch:
        patch.setattr(server, "_answers", answers)
        patch.setattr(server.time, "sleep", lambda _seconds: None)
        server._announce(settings())
    return asked, capsys.readouterr().out


def test_it_says_where_everything_is(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(APP_PORT="8123", APP_TITLE="The Shop", APP_ENV="demo")
    asked, said = announced(monkeypatch, capsys)
    assert asked == [("127.0.0.1", 8123)] * 2
    lines = said.splitlines()
    assert lines[1] == "The Shop is ready."
    assert "  API    http://127.0.0.1:8123/api/v1" in lines
    assert "  Docs   http://127.0.0.1:8123/docs" in lines
    assert not any("radar" in line.lower() for line in lines)  # until there is one
    for name in ("Soybean", "Super", "Admin", "User", "hanmei", "liuqing", "zhouhang", "linyan"):
        assert any(line.split()[:1] == [name] for line in lines)
    assert "123456" in said


def test_outside_of_demo_mode_it_names_no_accounts(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(APP_ENV="production")
    _, said = announced(monkeypatch, capsys)
    for word in ("Soybean", "hanmei", "123456", "/docs"):
        assert word not in said


def test_an_address_of_six_is_written_so_that_it_can_be_opened(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(APP_HOST="::1")
    asked, said = announced(monkeypatch, capsys)
    assert asked[0] == ("::1", 9999)
    assert "  API    http://[::1]:9999/api/v1" in said.splitlines()


def test_what_does_not_become_ready_is_not_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "READY_TIMEOUT_SECONDS", -1)
    monkeypatch.setattr(server, "_answers", lambda _host, _port: False)
    server._announce(settings())
    assert capsys.readouterr().out == ""


def test_nobody_at_an_address_is_no_answer(free_port: int) -> None:
    assert server._answers("127.0.0.1", free_port) is False

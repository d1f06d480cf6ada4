"""Serve the app with Granian, after the checks that can be made before a worker starts.

What is wrong is said in one line: a taken port, a database that does not answer or is not migrated, more workers than
an in-process Redis can serve.
"""

import asyncio
import errno
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any

import structlog
from fastapi import FastAPI
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from tortoise.context import TortoiseContext

from kernel.app import create_app
from kernel.auth.captcha import captcha_sender
from kernel.errors.operator import StartupRefused
from kernel.identity.accounts import DEMO_PASSWORD
from kernel.settings import Settings, settings
from kernel.slices.discovery import database_config, discover
from kernel.slices.route import API_PREFIX
from kernel.startup.bootstrap import DEMO_ACCOUNTS
from kernel.startup.declarations import check_declarations
from kernel.startup.run import refuse_unready_database

log = structlog.get_logger(__name__)

# Granian waits for ever for a worker that is stopped while it starts, unless it may kill it.
KILL_TIMEOUT_SECONDS = 15
READY_TIMEOUT_SECONDS = 60

# Connections that a worker holds at once, silent ones too; whoever comes then waits until one of them ends.
CONNECTIONS = 8192
OTHER_FILES = 256  # of a worker: its database, its Redis, its libraries
# For the header of a request, and for the next one of a connection that is kept. A proxy must let go of one earlier.
IDLE_SECONDS = 10

# Deaths of workers, RESPAWNS of them within RESPAWN_SECONDS, that are no accident any more.
RESPAWNS, RESPAWN_SECONDS = 5, 120

# Granian's own would write in a shape of its own; these lines go where all others go.
LOGGING = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}


class Server(MPServer):
    """Granian's, which replaces a worker that died; this one gives up on workers that die again and again.

    Granian does so, too, but only if the same one dies within 5.5 seconds: some need longer to fail at their start.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deaths: list[float] = []

    def _respawn_workers(self, workers: list[int], *args: Any, **options: Any) -> None:
        now = time.monotonic()
        self._deaths = [moment for moment in self._deaths if now - moment < RESPAWN_SECONDS] + [now] * len(workers)
        if len(self._deaths) > RESPAWNS:
            log.error(f"{len(self._deaths)} workers died within {RESPAWN_SECONDS} seconds; giving up")
            self.interrupt_children = workers  # so that the exit code is 1
            self.signal_handler_interrupt()
            return
        super()._respawn_workers(workers, *args, **options)


def serve() -> None:
    """Run until SIGINT or SIGTERM. Raises StartupRefused if it cannot start, SettingsError for a malformed setting."""
    config = settings()
    _refuse_unshared_redis(config)
    check_declarations(discover())
    captcha_sender()
    asyncio.run(_check_database())
    with _claim_port(config.app_host, config.app_port):
        # Read once here, so that workers that start together find generated secrets instead of racing for them.
        _ = config.signing_key, config.sqids_key
        # Not forked: a fork takes along the locks that the thread below may hold at that moment.
        multiprocessing.set_start_method("spawn")
        threading.Thread(target=_announce, args=(config,), daemon=True).start()
        connections = _connections()
        Server(
            "kernel.server:app_of_worker",
            factory=True,
            address=config.app_host,
            port=config.app_port,
            workers=config.workers,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_TIMEOUT_SECONDS,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,  # in its mode for both versions a connection that says nothing is kept for ever
            http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000),
            backlog=connections,
            backpressure=connections,
            loop=Loops.auto,
            log_level=LogLevels.warning,
            log_dictconfig=LOGGING,
        ).serve()


def app_of_worker() -> FastAPI:
    """The app, in a process that ends with the one that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return create_app()


def _end_with_parent() -> None:
    """Killed, it leaves nobody who would replace this worker or stop it, and the next `serve` would find its port taken."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    signal.raise_signal(signal.SIGTERM)  # as it would have done; after the requests at hand
    time.sleep(KILL_TIMEOUT_SECONDS)
    os._exit(1)


def _connections() -> int:
    """How many a worker may hold: each is an open file, of which many systems allow 1024 to whoever asks for no more."""
    if sys.platform == "win32":
        return CONNECTIONS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))  # the workers inherit it
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft - OTHER_FILES)


def _refuse_unshared_redis(config: Settings) -> None:
    if config.workers > 1 and config.redis_url.startswith("memory://"):
        raise StartupRefused(
            f"WORKERS={config.workers}: several workers need a Redis that they share. Set REDIS_URL, or WORKERS=1."
        )


async def _check_database() -> None:
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        await refuse_unready_database()


def _claim_port(host: str, port: int) -> ExitStack:
    """What keeps every other `serve` from this port while it is open. Raises StartupRefused if somebody has the port.

    The workers share the port among themselves, by SO_REUSEPORT, and so with whoever else asks for it in that way. Until
    they listen a second `serve` would find it free; so it is claimed by a name of which the system has one.
    """
    with ExitStack() as claim:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            if sys.platform == "linux":  # elsewhere there are no names without a file (unix(7), abstract)
                claim.enter_context(socket.socket(socket.AF_UNIX)).bind(f"\0tessera/{address[0]}/{port}")
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = (
                    f"APP_PORT={port}: another program listens on {host}:{port}. Stop it or choose another APP_PORT."
                )
            else:
                reason = f"APP_HOST={host!r}, APP_PORT={port}: cannot listen there: {error.strerror}."
            raise StartupRefused(reason) from None
        return claim.pop_all()


def _announce(config: Settings) -> None:
    """Say where everything is, once it answers."""
    host = f"[{config.app_host}]" if ":" in config.app_host else config.app_host  # RFC 3986 section 3.2.2
    base = f"http://{host}:{config.app_port}"
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while not _answers(config.app_host, config.app_port):
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)
    lines = [f"{config.app_title} is ready.", "", f"  API    {base}/api/v1"]
    if config.docs_enabled:
        lines.append(f"  Docs   {base}/docs")
    if config.demo:
        lines += ["", f"  Demo accounts, password {DEMO_PASSWORD}, for whoever reaches this address:"]
        accounts = DEMO_ACCOUNTS | {k: v for feature in discover() for k, v in feature.demo_accounts.items()}
        lines += [f"    {name:<10} {what}" for name, what in accounts.items()]
    sys.stdout.write("\n".join(["", *lines, "", ""]))
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    """Whether a worker answers: it does so after its start-up."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", f"{API_PREFIX}/health/live")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

"""Serve the app with Granian, after the checks that can be made before a worker starts.

What is wrong is said in one line: a taken port, a database that does not answer or is not migrated, more workers than
an in-process Redis can serve.
"""

import asyncio
import errno
import http.client
import multiprocessing
import socket
import sys
import threading
import time
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server
from tortoise.context import TortoiseContext

from kernel.errors.operator import StartupRefused
from kernel.identity.accounts import DEMO_PASSWORD
from kernel.settings import Settings, settings
from kernel.slices.discovery import database_config, discover
from kernel.startup.bootstrap import DEMO_ACCOUNTS
from kernel.startup.declarations import check_declarations
from kernel.startup.run import refuse_unready_database

# Granian waits for ever for a worker that is stopped while it starts, unless it may kill it.
KILL_TIMEOUT_SECONDS = 15
READY_TIMEOUT_SECONDS = 60


def serve(*, reload: bool = False) -> None:
    """Run until SIGINT or SIGTERM. Raises StartupRefused if it cannot start, SettingsError for a malformed setting."""
    config = settings()
    _refuse_unshared_redis(config)
    check_declarations(discover())
    asyncio.run(_check_database())
    _refuse_taken_port(config.app_host, config.app_port)
    # Read once here, so that workers that start together find generated secrets instead of racing for them.
    _ = config.signing_key, config.sqids_key
    # Not forked: a fork takes the features along that this process has imported, so a reload would serve the old ones;
    # and it takes locks along that the thread below may hold at that moment.
    multiprocessing.set_start_method("spawn")
    threading.Thread(target=_announce, args=(config,), daemon=True).start()
    Server(
        "kernel.app:create_app",
        factory=True,
        address=config.app_host,
        port=config.app_port,
        workers=config.workers,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # in its mode for both versions a connection that says nothing is kept for ever
        loop=Loops.auto,
        log_level=LogLevels.warning,
        workers_kill_timeout=KILL_TIMEOUT_SECONDS,
        reload=reload,
        reload_paths=[Path("features"), Path("platform")] if reload else None,
    ).serve()


def _refuse_unshared_redis(config: Settings) -> None:
    if config.workers > 1 and config.redis_url.startswith("memory://"):
        raise StartupRefused(
            f"WORKERS={config.workers}: several workers need a Redis that they share. Set REDIS_URL, or WORKERS=1."
        )


async def _check_database() -> None:
    async with TortoiseContext() as context:
        await context.init(config=database_config())
        await refuse_unready_database()


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"APP_PORT={port}: another program listens on {host}:{port}. Stop it or choose another APP_PORT."
        else:
            reason = f"APP_HOST={host!r}, APP_PORT={port}: cannot listen there: {error.strerror}."
        raise StartupRefused(reason) from None


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
    lines.append(f"  Radar  {base}/radar  (not built yet)")
    if config.demo:
        lines += ["", f"  Demo accounts, password {DEMO_PASSWORD}, for whoever reaches this address:"]
        accounts = DEMO_ACCOUNTS | {k: v for feature in discover() for k, v in feature.demo_accounts.items()}
        lines += [f"    {name:<10} {what}" for name, what in accounts.items()]
    sys.stdout.write("\n".join(["", *lines, "", ""]))
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    """Whether a worker answers, whatever it says: it does so after its start-up."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

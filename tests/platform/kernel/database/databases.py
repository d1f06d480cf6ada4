"""Ways for the tests of this folder to reach a database: through Tortoise, and beside it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext

from kernel.database.config import tortoise_config

ROOT = Path(__file__).parents[4]
SAMPLE = "tests.platform.kernel.database.sample"


def sample_config(url: str) -> dict[str, Any]:
    """The configuration of the two sample apps."""
    config = tortoise_config({app: f"{SAMPLE}.{app}.models" for app in ("club", "visits")}, {"default": url})
    for label, app in config["apps"].items():
        app["migrations"] = f"{SAMPLE}.{label}.migrations"
    return config


@asynccontextmanager
async def connected(config: Mapping[str, Any]) -> AsyncIterator[BaseDBAsyncClient]:
    """A client of its own, for plain SQL."""
    connection = config["connections"]["default"]
    engine = import_module(connection["engine"])
    client = engine.client_class(**connection["credentials"], connection_name="default")
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def initialised(config: Mapping[str, Any]) -> AsyncIterator[BaseDBAsyncClient]:
    """Tortoise as a running app has it, and its default client."""
    async with TortoiseContext() as context:
        await context.init(config=dict(config))
        yield context.connections.get("default")


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process of the same code base; its code finds `arguments` in sys.argv[1:]."""
    prepared = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'platform')]}\n{code}"
    command = [sys.executable, "-c", prepared, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

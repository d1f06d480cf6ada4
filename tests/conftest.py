"""What every test stands on: one app, a database that is as it was before each test, and a stopped clock.

A worker migrates and seeds one database when it starts; what a test wrote is undone after it, see `tests/database.py`.
Settings are fixed here, before anything reads them.
"""

import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic_settings import BaseSettings
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

import features
from kernel import clock
from kernel import settings as settings_module
from kernel.database import statements as observe
from kernel.redis import commands, redis
from kernel.settings import ModuleSettings, Settings
from kernel.uploads import folder
from tests import database, state
from tests.callers import Caller, authorization
from tests.codes import sent
from tests.declarations import mistake
from tests.live.server import environment
from tests.platform.kernel.conftest import forget_settings

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)

SignedIn = Callable[[str], Awaitable[Caller]]
Counting = Callable[[], AbstractContextManager["Cost"]]


def pytest_configure() -> None:
    if sys.dont_write_bytecode:
        # As in many containers. Each process that a test starts would compile all libraries anew, which takes seconds.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(database.directory() / "bytecode"))
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the app logs each request already
    own_variables = variables()
    settings_module.__dict__["ENV_FILE"] = database.directory() / "no.env"
    for name in list(os.environ):
        if name.upper() in own_variables:
            del os.environ[name]
    os.environ.update(
        {
            "APP_ENV": "demo",
            "APP_TIMEZONE": "UTC",
            "VAR_DIR": str(database.directory()),
            "DB_URL": database.url(WORKER),
            "REDIS_URL": database.redis_url(WORKER),
            "SECRET_KEY": "a key for tests, of more than 32 characters",
            "SQIDS_SEED": "a seed for tests",
            # Tests sign in often, and what they test is not the strength of a hash.
            "ARGON2_MEMORY_KIB": "64",
            "ARGON2_TIME_COST": "1",
        }
    )
    if "PYTEST_XDIST_WORKER" not in os.environ and (problem := mistake()):
        raise pytest.UsageError(problem)


def pytest_unconfigure() -> None:
    shutil.rmtree(database.directory(), ignore_errors=True)


def variables() -> set[str]:
    """Every variable of the environment that the kernel or a module reads. Without discovery, which reads them."""
    kinds: list[type[BaseSettings]] = [Settings]
    names: set[str] = set()
    for module in iter_modules(features.__path__):
        names.add(f"{module.name}_DB_URL".upper())
        if find_spec(f"features.{module.name}.settings"):
            found = vars(import_module(f"features.{module.name}.settings")).values()
            kinds += [each for each in found if isinstance(each, type) and issubclass(each, ModuleSettings)]
    for kind in kinds:
        names |= {(kind.model_config.get("env_prefix", "") + name).upper() for name in kind.model_fields}
    return names


@pytest.fixture(autouse=True)
def stopped_clock() -> Iterator[None]:
    """It is always NOW; a test that wants another time says `with clock.frozen(...)`."""
    with clock.frozen(NOW):
        yield


@pytest_asyncio.fixture(scope="session")
async def running_app() -> AsyncIterator[FastAPI]:
    """The app on a migrated and seeded database, started once for each worker."""
    from kernel import app as app_module
    from kernel.app import create_app
    from kernel.database.migrations.runner import migrate
    from kernel.slices.discovery import database_config
    from kernel.unit_of_work.delivery import catch_up

    await database.create(WORKER)
    try:
        with clock.frozen(NOW):
            await migrate(database_config(), report=lambda _line: None)
            app_module.__dict__["relaying"] = nullcontext  # nothing is to happen by itself
            app = create_app()
            async with app.router.lifespan_context(app):
                await catch_up()
                await database.remember()
                state.listen_to_all()
                observe.__dict__["_observers"] = ContextVar("observers", default=(state.watch,))
                yield app
    finally:
        await database.drop(WORKER)


@pytest_asyncio.fixture
async def app(running_app: FastAPI) -> AsyncIterator[FastAPI]:
    """The app, its database and its Redis as they were at the start."""
    await redis().flushdb()
    await state.forget()
    state.told.clear()
    shutil.rmtree(folder(), ignore_errors=True)
    yield running_app
    await database.restore()


@pytest.fixture
def client(app: FastAPI) -> Caller:
    """A caller who has not signed in."""
    return Caller(app)


@pytest.fixture
def signed_in(app: FastAPI) -> SignedIn:
    """`await signed_in("R_HR_MANAGER")`: a caller with a token of that role's demo account, or of the user of that name."""

    async def sign_in(role_or_name: str) -> Caller:
        return Caller(app, await authorization(role_or_name))

    return sign_in


@dataclass
class Cost:
    """What requests cost: SQL statements (BEGIN and COMMIT are not seen) and Redis commands."""

    statements: list[str]
    commands: list[str]


@pytest.fixture
def counting() -> Counting:
    """`with counting() as cost: ...`, then `len(cost.statements)`."""

    @contextmanager
    def count() -> Iterator[Cost]:
        cost = Cost([], [])
        with observe.statements() as statements, commands() as redis_commands:
            yield cost
        cost.statements.extend(each.sql for each in statements)
        cost.commands.extend(redis_commands)

    return count


@pytest_asyncio.fixture
async def empty(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The environment of a server whose database holds nothing yet: SQLite in a folder, or PostgreSQL and Redis."""
    if not database.SERVER:
        yield environment(tmp_path / "var")
        return
    name = f"{WORKER}_live"
    await database.create(name)
    yield environment(tmp_path / "var", DB_URL=database.url(name), REDIS_URL=database.redis_url(WORKER))
    await database.drop(name)


@pytest_asyncio.fixture
async def migrated(empty: dict[str, str]) -> dict[str, str]:
    """The environment of a server whose database has its tables, and nothing in them."""
    from kernel.database.migrations.runner import migrate

    await migrate(config_of(empty), report=lambda _line: None)
    return empty


def config_of(env: dict[str, str]) -> dict[str, Any]:
    """Tortoise's configuration of a server with this environment."""
    from kernel.database.config import tortoise_config
    from kernel.slices.discovery import database_config

    models = {label: app["models"][0] for label, app in database_config()["apps"].items()}
    return tortoise_config(models, {"default": env.get("DB_URL", f"sqlite://{env['VAR_DIR']}/tessera.sqlite3")})


@pytest.fixture
def events(app: FastAPI) -> list[object]:
    """The events that were delivered since the test began, in order: the test is one more reaction to all of them."""
    return state.told


@pytest.fixture
def codes(app: FastAPI) -> Iterator[list[tuple[str, str]]]:
    """The phone and the code of each that was sent since the test began."""
    sent.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAPTCHA_SENDER", "tests.codes:send")
        forget_settings()
        yield sent
    forget_settings()


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion, request: pytest.FixtureRequest) -> SnapshotAssertion:
    """Snapshots are JSON, one file for each test, beside it in `__snapshots__/`. That of a `test_success` holds no refusal."""
    of_success = request.function.__name__ == "test_success"
    return snapshot.with_defaults(extension_class=JSONSnapshotExtension, matcher=_no_refusal if of_success else None)


def _no_refusal(data: Any, path: object) -> Any:
    if isinstance(data, dict) and {"code", "msg", "data"} <= data.keys() and data["code"] != "0000":
        pytest.fail(f"this is no success, and is not stored as one: {data['code']} {data['msg']}")
    return data

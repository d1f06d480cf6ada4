"""What a test of the kernel may change, and finds put back: settings, logs, the features, the one app of the process."""

import gc
import importlib
import io
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from structlog.contextvars import clear_contextvars
from structlog.stdlib import ProcessorFormatter
from tortoise import context as tortoise_context

import features
from kernel import context, ids, on, redis_line
from kernel import redis as redis_module
from kernel import settings as settings_module
from kernel.settings import settings
from kernel.slices import discovery as modules
from kernel.unit_of_work import events
from kernel.unit_of_work.outbox import register
from tests.architecture.tree import plant

Configure = Callable[..., None]
Handler = Callable[[Any], Awaitable[None]]
Listening = Callable[..., Awaitable[None]]
Features = Callable[[Mapping[str, str]], tuple[modules.Feature, ...]]


@pytest.fixture(autouse=True)
def no_request() -> Iterator[None]:
    """There is no request at hand, and none is left behind."""

    def forget() -> None:
        context._request_id.set("-")
        context._use_case.set(None)
        context._actor.set(None)
        clear_contextvars()

    forget()
    yield
    forget()


def forget_settings() -> None:
    """They are read again. What was made from them is kept by their values, but for ids, on the path of every answer."""
    by_kind = [method for kind in ids._kinds.values() for method in (kind.encode, kind.decode)]
    for read_once in (settings, settings_module._load, *by_kind):
        read_once.cache_clear()


@pytest.fixture
def configure() -> Iterator[Configure]:
    """`configure(APP_ENV="production", DB_URL=None)`: the process has these variables, None for one that is not set."""

    def set_variables(**variables: str | None) -> None:
        for name, value in variables.items():
            if value is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value)
        forget_settings()

    with pytest.MonkeyPatch.context() as patch:
        yield set_variables
    forget_settings()


@pytest.fixture
def empty_database(empty: dict[str, str], configure: Configure) -> None:
    """The process is to use a database that holds nothing yet: SQLite, or PostgreSQL where the tests use that."""
    Path(empty["VAR_DIR"]).mkdir(exist_ok=True)
    configure(VAR_DIR=empty["VAR_DIR"], DB_URL=empty.get("DB_URL"))


def names_in(folder: Path) -> list[str]:
    """The names of what is in the folder, in order."""
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def env_file(configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`env_file("APP_PORT=8000")`: there is a file `.env` with this text."""

    def write(text: str) -> None:
        file = tmp_path / ".env"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr(settings_module, "ENV_FILE", file)
        configure()

    return write


@pytest.fixture
def own_logs() -> Iterator[None]:
    """The test sets the logs of the process up in its own way."""
    root = logging.getLogger()
    handlers, level, processors = root.handlers[:], root.level, structlog.get_config()["processors"]
    before = processors[:]
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    processors[:] = before


@pytest.fixture
def log_lines(app: FastAPI) -> Iterator[io.StringIO]:
    """The text that the app writes to its log during the test."""
    root = logging.getLogger()
    formatter = next(each.formatter for each in root.handlers if isinstance(each.formatter, ProcessorFormatter))
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def no_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process in which no app has started: Tortoise is not set up, Redis is not open."""
    monkeypatch.setattr(tortoise_context, "_global_context", None)
    monkeypatch.setattr(redis_module, "_client", None)
    monkeypatch.setattr(redis_line, "_line", None)
    token = tortoise_context._current_context.set(None)
    yield
    tortoise_context._current_context.reset(token)


@pytest.fixture
def discovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configure: Configure) -> Iterator[Features]:
    """`discovered({"features/shop/feature.py": ...})`: the features of a tree of these files, as discovery finds them."""
    known = set(sys.modules)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def discover(files: Mapping[str, str]) -> tuple[modules.Feature, ...]:
        plant(tmp_path, files)
        monkeypatch.setattr(features, "__path__", [str(tmp_path / "features")])
        importlib.invalidate_caches()
        found = modules.discover.__wrapped__()
        monkeypatch.setattr(modules, "discover", lambda: found)
        return found

    yield discover
    for name in set(sys.modules) - known:
        if name.startswith("features."):
            module = sys.modules.pop(name)
            package, _, child = name.rpartition(".")
            if vars(sys.modules.get(package, features)).get(child) is module:
                delattr(sys.modules.get(package, features), child)
    configure()
    gc.collect()  # discovery finds enumerations and settings by their subclasses, as long as those live


@pytest.fixture(autouse=True)
def no_reaction_stays() -> Iterator[None]:
    """What a test has registered hears nothing of the next one."""
    before = {event: dict(known) for event, known in events._reactions.items()}
    yield
    events._reactions.clear()
    events._reactions.update(before)


@pytest.fixture
def listening(app: FastAPI) -> Listening:
    """`await listening(handler, TagMade)`: the handler reacts from now on, to the end of the test."""

    async def listen(handler: Handler, *kinds: type, retold: bool = False) -> None:
        on(*kinds, retold=retold)(handler)
        await register([])

    return listen

"""Logs: readable on a terminal, JSON in production; request id, use case and actor on every line; secrets masked.

Whatever libraries log through the standard library comes out in the same shape.
"""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any

import fastapi
import starlette
import structlog
from structlog.typing import Processor

from kernel.context import current_actor, request_id, use_case
from kernel.settings import settings

_SECRET_WORDS = ("password", "token", "secret", "authorization", "cookie", "captcha")

# What these say for debugging is of use to their own authors: every statement with its values, every tick of a timer.
_CHATTERERS = ("aiosqlite", "asyncio", "filelock", "tortoise", "tortoise.db_client", "watchfiles")

# One list for good: a logger keeps the one that it was first used with, and must hear of whatever is set up later.
_processors: list[Processor] = []


def _who_and_where(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (current := request_id()) != "-":
        event.setdefault("request_id", current)
    if name := use_case():
        event.setdefault("use_case", name)
    if actor := current_actor():
        event.setdefault("actor", actor.audit_name)
    return event


def _mask_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return _masked(event)


def _masked(value: Any) -> Any:
    if isinstance(value, MutableMapping):
        return {key: "***" if _is_secret(key) else _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([_masked(each) for each in value]) if type(value) in (list, tuple) else value
    return value


def _is_secret(key: object) -> bool:
    return any(word in str(key).lower() for word in _SECRET_WORDS)


def _for_machines() -> tuple[Processor, Processor]:
    # The values of local variables, passwords among them, stay out of the log.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer()


def _for_readers() -> structlog.dev.ConsoleRenderer:
    if not sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    # Rich would show the values of local variables as well, passwords among them.
    tracebacks = structlog.dev.RichTracebackFormatter(show_locals=False, max_frames=20, suppress=[fastapi, starlette])
    return structlog.dev.ConsoleRenderer(exception_formatter=tracebacks)


def configure_logs() -> None:
    """Set structlog and the standard library up for this process."""
    in_json = settings().production
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _who_and_where,
        _mask_secrets,
        structlog.processors.TimeStamper(fmt="iso" if in_json else "%H:%M:%S", utc=in_json),
    ]
    final: list[Processor] = [*_for_machines()] if in_json else [_for_readers()]
    _processors[:] = [
        structlog.stdlib.filter_by_level,
        *shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]
    structlog.configure(
        processors=_processors,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if settings().app_debug else logging.INFO)
    for noisy in _CHATTERERS:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # With a traceback at each try to open a spare connection, while every request says already that there is none.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)

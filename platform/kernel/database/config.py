"""Tortoise's configuration, made from the database URLs and the modules that have tables."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.exceptions import ConfigurationError

from kernel.errors.operator import SettingsError
from kernel.settings import Settings, settings

ENGINES = {
    "sqlite": "kernel.database.engines.sqlite",
    "postgres": "kernel.database.engines.asyncpg",
    "postgresql": "kernel.database.engines.asyncpg",
}
POSTGRES_POOL = {"minsize": 1, "maxsize": 16}


def connection_config(url: str) -> dict[str, Any]:
    """`{"engine": ..., "credentials": {...}}` for a URL such as `sqlite://var/tessera.sqlite3` or `postgres://...`.

    The URL's query sets the engine's options: SQLite pragmas, `minsize` and `maxsize` of a pool, `sslmode`.
    How long anything may take is in the settings (DB_..._SECONDS).
    Raises SettingsError for another scheme or a malformed URL; the text never holds the password.
    """
    scheme = url.partition("://")[0]
    if scheme not in ENGINES:
        raise SettingsError(
            f"a database URL begins with one of {', '.join(ENGINES)}, followed by ://; this one does not"
        )
    try:
        credentials: dict[str, Any] = expand_db_url(url)["credentials"]
    except ConfigurationError as error:
        raise SettingsError(f"a database URL of {scheme}:// is malformed: {error}") from None
    if user := credentials.get("user"):
        credentials["user"] = unquote(user)  # Tortoise unquotes the password only
    if scheme.startswith("postgres"):
        credentials = {**POSTGRES_POOL, **_postgres_bounds(settings()), **credentials}
        credentials.update({name: int(credentials[name]) for name in POSTGRES_POOL})
        if sslmode := credentials.pop("sslmode", None):
            credentials["ssl"] = sslmode  # libpq's name, used by every hosting service; asyncpg's is `ssl`
    else:
        credentials = {**_sqlite_bounds(settings()), **credentials}
    return {"engine": ENGINES[scheme], "credentials": credentials}


def _postgres_bounds(config: Settings) -> dict[str, Any]:
    return {
        "timeout": config.db_connect_timeout_seconds,
        "acquire_timeout": config.db_pool_timeout_seconds,
        "command_timeout": config.db_command_timeout_seconds,  # for a server that does not even time out by itself
        "server_settings": {
            "lock_timeout": _milliseconds(config.db_lock_timeout_seconds),
            "statement_timeout": _milliseconds(config.db_statement_timeout_seconds),
            "idle_in_transaction_session_timeout": _milliseconds(config.db_idle_transaction_timeout_seconds),
        },
    }


def _sqlite_bounds(config: Settings) -> dict[str, Any]:
    return {
        "acquire_timeout": config.db_pool_timeout_seconds,
        "busy_timeout": _milliseconds(config.db_lock_timeout_seconds),
    }


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def tortoise_config(models: Mapping[str, str | Sequence[str]], urls: Mapping[str, str]) -> dict[str, Any]:
    """Tortoise's configuration dict.

    `models`: app label to the dotted module, or several, with its tables: `{"hr": "features.hr.models"}`.
    `urls`: connection name to URL, with a "default"; an app whose label is among the names lives in that database.
    """
    return {
        "connections": {name: connection_config(url) for name, url in urls.items()},
        "apps": {
            label: {
                "models": [modules] if isinstance(modules, str) else list(modules),
                "default_connection": label if label in urls else "default",
                "migrations": f"migrations.{label}",
            }
            for label, modules in models.items()
        },
        "use_tz": True,
        "timezone": "UTC",
    }

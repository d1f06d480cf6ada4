"""Every setting of Tessera, read from the environment or `.env`. No other file reads the environment.

The README's table says what they mean. A malformed value stops the start with one line that names the variable, the
value (secrets masked) and what is allowed.
"""

import os
import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kernel.errors.operator import SettingsError
from kernel.var_dir import MIN_SECRET_LENGTH, generated_secret

ENV_FILE = Path(".env")
_INCLUDED_WAIT = {
    "db_statement_timeout_seconds": "db_lock_timeout_seconds",
    "db_command_timeout_seconds": "db_statement_timeout_seconds",
}


class AppEnv(StrEnum):
    DEMO = "demo"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("allowed: an IANA time zone such as UTC or Europe/Berlin")
    return name


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ValueError("allowed: sqlite://PATH, postgres://USER:PASSWORD@HOST/NAME")
    return url


def _redis_url(url: str) -> str:
    if not url.startswith(("memory://", "redis://", "rediss://", "unix://")):
        raise ValueError("allowed: memory:// (in process), redis://HOST:PORT/DB, rediss://HOST:PORT/DB")
    return url


def _import_path(path: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", path):
        raise ValueError("allowed: the import path of an async function, such as features.sms.sender:send")
    return path


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
        raise ValueError(f"allowed: at least {MIN_SECRET_LENGTH} characters")
    return secret


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
Seconds = Annotated[float, Field(ge=0.1, le=3600)]


class Settings(BaseSettings):
    """The kernel's settings; a field `db_url` is the variable `DB_URL`."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True)

    app_env: AppEnv = AppEnv.DEMO
    app_host: str = "127.0.0.1"
    app_port: int = Field(9999, ge=1, le=65535)
    workers: int = Field(1, ge=1, le=64)
    app_title: str = "Tessera"
    app_debug: bool = False
    app_timezone: Annotated[str, AfterValidator(_known_timezone)] = "UTC"
    max_body_bytes: int = Field(1024 * 1024, ge=1024)
    var_dir: Path = Path("var")

    db_url: DatabaseUrl | None = None
    redis_url: Annotated[str, AfterValidator(_redis_url)] = "memory://"

    db_connect_timeout_seconds: Seconds = 5
    db_pool_timeout_seconds: Seconds = 5
    db_lock_timeout_seconds: Seconds = 5
    db_statement_timeout_seconds: Seconds = 10
    db_command_timeout_seconds: Seconds = 15
    db_idle_transaction_timeout_seconds: Seconds = 30

    secret_key: Secret | None = None
    secret_key_previous: Secret | None = None
    sqids_seed: SecretStr | None = None

    jwt_algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    jwt_access_token_expire_minutes: int = Field(720, ge=1)
    jwt_refresh_token_expire_minutes: int = Field(10080, ge=1)

    argon2_memory_kib: int = Field(19 * 1024, ge=8)
    argon2_time_cost: int = Field(2, ge=1)
    argon2_parallelism: int = Field(1, ge=1)

    captcha_sender: Annotated[str, AfterValidator(_import_path)] | None = None
    login_log_retention_days: int = Field(180, ge=1)

    event_poll_seconds: Seconds = 2
    event_attempts: int = Field(10, ge=1, le=1000)
    event_retention_days: int = Field(7, ge=1)
    reaction_timeout_seconds: Seconds = 25

    first_admin_password: SecretStr | None = None

    @field_validator("db_statement_timeout_seconds", "db_command_timeout_seconds")
    @classmethod
    def _outlasts(cls, seconds: float, info: ValidationInfo) -> float:
        """Each of these waits includes the one before it, which could otherwise never be what is told."""
        shorter = _INCLUDED_WAIT[info.field_name or ""]
        if seconds <= info.data.get(shorter, 0):
            raise ValueError(f"allowed: more than {shorter.upper()}, which is {info.data[shorter]:g}")
        return seconds

    @property
    def demo(self) -> bool:
        return self.app_env is AppEnv.DEMO

    @property
    def production(self) -> bool:
        return self.app_env is AppEnv.PRODUCTION

    @property
    def docs_enabled(self) -> bool:
        return not self.production or self.app_debug

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.app_timezone)

    @property
    def database_url(self) -> str:
        return self.db_url or f"sqlite://{self.var_dir / 'tessera.sqlite3'}"

    def module_database_url(self, module: str) -> str | None:
        """`<MODULE>_DB_URL`, or None where the module lives in the common database."""
        name = f"{module.upper()}_DB_URL"
        url = _environment().get(name)
        try:
            return _database_url(url) if url else None
        except ValueError as problem:
            raise SettingsError(f"{name}={_without_password(url or '')!r}: {problem}") from None

    @property
    def signing_key(self) -> str:
        return self.secret_key.get_secret_value() if self.secret_key else generated_secret(self.var_dir, "secret_key")

    @property
    def sqids_key(self) -> str:
        return self.sqids_seed.get_secret_value() if self.sqids_seed else generated_secret(self.var_dir, "sqids_seed")


S = TypeVar("S", bound=BaseSettings)


class ModuleSettings(BaseSettings):
    """Settings of one feature module; a subclass sets `model_config = SettingsConfigDict(env_prefix="HR_")`."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True)

    @classmethod
    def load(cls) -> Self:
        """The settings, read once. Raises SettingsError for a malformed value."""
        return _load(cls)


@cache
def settings() -> Settings:
    """The kernel's settings, read once. Raises SettingsError for a malformed value."""
    return _load(Settings)


@cache
def _load(kind: type[S]) -> S:
    try:
        return kind(_env_file=ENV_FILE if ENV_FILE.is_file() else None)  # pyright: ignore[reportCallIssue]  a pydantic-settings argument, not a field
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        lines = [_problem(kind, prefix, dict(detail)) for detail in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _problem(kind: type[BaseSettings], prefix: str, detail: dict[str, Any]) -> str:
    field = str(detail["loc"][0])
    value = detail["input"]
    annotation = str(kind.model_fields[field].annotation) if field in kind.model_fields else ""
    shown = "'***'" if "Secret" in annotation else repr(_without_password(str(value)))
    message = detail["msg"].removeprefix("Value error, ")
    return f"{prefix}{field}".upper() + f"={shown}: {message}"


def _without_password(url: str) -> str:
    """What stands between a colon and the last @, hidden, whether or not it is a URL otherwise; and after a ?."""
    url = re.sub(r"\?.*", "?***", url)
    return re.sub(r"(:(?://)?[^:@/]*):.*@", r"\1:***@", url) if "://" in url else re.sub(r":.*@", ":***@", url)


def _environment() -> dict[str, str | None]:
    """The environment over `.env`, with upper-case names."""
    from_file = dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
    return {name.upper(): value for source in (from_file, os.environ) for name, value in source.items() if value}

"""Settings come from the environment or `.env`; a malformed one stops the start with a line that helps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import SettingsConfigDict

from kernel import ModuleSettings
from kernel.errors.operator import SettingsError
from kernel.settings import Settings, settings
from tests.platform.kernel.conftest import Configure, names_in

EnvFile = Callable[[str], None]

# Names and defaults that operators know.
DEFAULTS: dict[str, Any] = {
    "app_env": "demo",
    "app_host": "127.0.0.1",
    "app_port": 9999,
    "workers": 1,
    "app_title": "Tessera",
    "app_debug": False,
    "app_timezone": "UTC",
    "max_body_bytes": 1024 * 1024,
    "var_dir": Path("var"),
    "db_url": None,
    "redis_url": "memory://",
    "db_connect_timeout_seconds": 5,
    "db_pool_timeout_seconds": 5,
    "db_lock_timeout_seconds": 5,
    "db_statement_timeout_seconds": 10,
    "db_command_timeout_seconds": 15,
    "db_idle_transaction_timeout_seconds": 30,
    "secret_key": None,
    "secret_key_previous": None,
    "sqids_seed": None,
    "jwt_algorithm": "HS256",
    "jwt_access_token_expire_minutes": 720,
    "jwt_refresh_token_expire_minutes": 10080,
    "captcha_sender": None,
    "first_admin_password": None,
}


class ShopSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")

    open_hours: int = 8


def refusal(read: Callable[[], Any] = settings) -> str:
    with pytest.raises(SettingsError) as refused:
        read()
    return str(refused.value)


def test_defaults(configure: Configure) -> None:
    configure(**dict.fromkeys((name.upper() for name in Settings.model_fields), None))
    assert {name: getattr(settings(), name) for name in DEFAULTS} == DEFAULTS
    assert settings().database_url == f"sqlite://{Path('var/tessera.sqlite3')}"
    assert settings().demo


def test_passwords_are_hashed_as_owasp_says(configure: Configure) -> None:
    configure(ARGON2_MEMORY_KIB=None, ARGON2_TIME_COST=None, ARGON2_PARALLELISM=None)
    config = settings()
    assert (config.argon2_memory_kib, config.argon2_time_cost, config.argon2_parallelism) == (19 * 1024, 2, 1)


MALFORMED = [
    ("APP_ENV", "prod", "'demo', 'development' or 'production'"),
    ("APP_PORT", "0", "greater than or equal to 1"),
    ("APP_PORT", "65536", "less than or equal to 65535"),
    ("APP_PORT", "http", "integer"),
    ("WORKERS", "0", "greater than or equal to 1"),
    ("APP_DEBUG", "perhaps", "boolean"),
    ("APP_TIMEZONE", "Mars/Olympus", "an IANA time zone"),
    ("APP_TIMEZONE", "UTC\nDB_URL=", "an IANA time zone"),
    ("MAX_BODY_BYTES", "1", "greater than or equal to 1024"),
    ("DB_URL", "oracle://h/x", "sqlite://PATH"),
    ("REDIS_URL", "localhost", "memory:// (in process)"),
    ("DB_POOL_TIMEOUT_SECONDS", "0", "greater than or equal to 0.1"),
    ("DB_LOCK_TIMEOUT_SECONDS", "inf", "less than or equal to 3600"),
    ("DB_STATEMENT_TIMEOUT_SECONDS", "5", "more than DB_LOCK_TIMEOUT_SECONDS, which is 5"),
    ("DB_COMMAND_TIMEOUT_SECONDS", "9.5", "more than DB_STATEMENT_TIMEOUT_SECONDS, which is 10"),
    ("JWT_ALGORITHM", "none", "'HS256', 'HS384' or 'HS512'"),
    ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "0", "greater than or equal to 1"),
    ("JWT_REFRESH_TOKEN_EXPIRE_MINUTES", "-1", "greater than or equal to 1"),
    ("ARGON2_MEMORY_KIB", "7", "greater than or equal to 8"),
    ("ARGON2_TIME_COST", "0", "greater than or equal to 1"),
    ("ARGON2_PARALLELISM", "0", "greater than or equal to 1"),
    ("CAPTCHA_SENDER", "features.sms.sender", "such as features.sms.sender:send"),
    ("CAPTCHA_SENDER", "features/sms/sender.py:send", "such as features.sms.sender:send"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), MALFORMED)
def test_a_malformed_value_is_named_in_one_line(name: str, value: str, allowed: str, configure: Configure) -> None:
    configure(**{name: value})
    message = refusal()
    assert message.startswith(f"{name}={value!r}: ")
    assert allowed in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_PREVIOUS"])
def test_a_short_key_is_refused_and_not_shown(name: str, configure: Configure) -> None:
    configure(**{name: "open sesame"})
    assert refusal() == f"{name}='***': allowed: at least 32 characters"


@pytest.mark.parametrize("name", ["DB_URL", "REDIS_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "oracle://u:hidden@h/x",
        "oracle://:hidden@h/x",
        "oracle://u:hid@hidden@h/x",
        "oracle://u:hidden/@h/x",
        "u:hidden@h/x",
    ],
)
def test_the_password_of_a_url_is_not_shown(name: str, url: str, configure: Configure) -> None:
    configure(**{name: url})
    assert refusal().startswith(f"{name}=")
    assert "hidden" not in refusal()


def test_everything_that_is_wrong_is_told_at_once(configure: Configure) -> None:
    configure(APP_PORT="0", APP_ENV="prod", SECRET_KEY="short")
    assert sorted(line.partition("=")[0] for line in refusal().splitlines()) == ["APP_ENV", "APP_PORT", "SECRET_KEY"]


def test_the_env_file_is_read_and_the_environment_wins(configure: Configure, env_file: EnvFile) -> None:
    env_file("APP_TITLE=From the file\nAPP_PORT=8001\n")
    configure(APP_PORT="8002")
    assert (settings().app_title, settings().app_port) == ("From the file", 8002)


def test_what_the_env_file_has_beside_settings_is_ignored(env_file: EnvFile) -> None:
    env_file("EDITOR_OF_CHOICE=ed\nAPP_TITLE=Mine\n")
    assert settings().app_title == "Mine"


def test_an_empty_value_means_the_default(configure: Configure, env_file: EnvFile) -> None:
    env_file("APP_TITLE=\n")
    configure(APP_PORT="", SECRET_KEY_PREVIOUS="", APP_TIMEZONE="", SHOP_OPEN_HOURS="")
    assert (settings().app_port, settings().secret_key_previous, settings().app_title) == (9999, None, "Tessera")
    assert ShopSettings.load().open_hours == 8


def test_settings_are_read_once(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(APP_TITLE="Before")
    assert settings().app_title == "Before"
    monkeypatch.setenv("APP_TITLE", "After")
    assert settings().app_title == "Before"


def test_a_module_has_settings_of_its_own(configure: Configure) -> None:
    configure(SHOP_OPEN_HOURS="12", OPEN_HOURS="13")
    assert ShopSettings.load().open_hours == 12


def test_a_malformed_setting_of_a_module_is_named_with_its_prefix(configure: Configure) -> None:
    configure(SHOP_OPEN_HOURS="long")
    message = refusal(ShopSettings.load)
    assert message.startswith("SHOP_OPEN_HOURS='long': ")
    assert "integer" in message


def test_a_module_may_have_a_database_of_its_own(configure: Configure, env_file: EnvFile) -> None:
    assert settings().module_database_url("shop") is None
    env_file("SHOP_DB_URL=sqlite://file.sqlite3\n")
    assert settings().module_database_url("shop") == "sqlite://file.sqlite3"
    configure(SHOP_DB_URL="sqlite://environment.sqlite3")
    assert settings().module_database_url("shop") == "sqlite://environment.sqlite3"
    assert settings().module_database_url("post") is None


def test_a_malformed_database_of_a_module_is_named_without_its_password(configure: Configure) -> None:
    configure(SHOP_DB_URL="oracle://u:hidden@h/x")
    message = refusal(lambda: settings().module_database_url("shop"))
    assert message.startswith("SHOP_DB_URL='oracle://u:***@h/x': allowed: sqlite://PATH")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("env", "debug", "enabled"),
    [
        ("demo", "false", True),
        ("development", "false", True),
        ("production", "false", False),
        ("production", "true", True),
    ],
)
def test_docs_are_not_for_production(env: str, debug: str, enabled: bool, configure: Configure) -> None:
    configure(APP_ENV=env, APP_DEBUG=debug)
    assert settings().docs_enabled is enabled
    assert settings().demo is (env == "demo")


def test_secrets_that_nobody_has_set_are_generated(configure: Configure, tmp_path: Path) -> None:
    configure(SECRET_KEY=None, SQIDS_SEED=None, VAR_DIR=str(tmp_path))
    keys = settings().signing_key, settings().sqids_key
    assert all(len(key) >= 32 for key in keys)
    assert keys[0] != keys[1]
    configure()
    assert (settings().signing_key, settings().sqids_key) == keys
    assert names_in(tmp_path) == ["secret_key", "sqids_seed"]


def test_secrets_that_are_set_are_used(configure: Configure, tmp_path: Path) -> None:
    configure(SECRET_KEY="k" * 32, SQIDS_SEED="s", VAR_DIR=str(tmp_path))
    assert (settings().signing_key, settings().sqids_key) == ("k" * 32, "s")
    assert names_in(tmp_path) == []


def test_secrets_do_not_show_in_a_representation(configure: Configure) -> None:
    configure(
        SECRET_KEY="hidden" * 6, SECRET_KEY_PREVIOUS="hidden" * 7, SQIDS_SEED="hidden", FIRST_ADMIN_PASSWORD="hidden"
    )
    assert "hidden" not in repr(settings())

"""Logs: who and where on every line, no secret on any."""

import io
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.testing import capture_logs

from kernel.context import Actor, accept_request_id, set_actor, set_use_case
from kernel.logs import configure_logs
from tests.platform.kernel.conftest import Configure

LogTo = Callable[..., io.StringIO]
Lines = Callable[[], list[dict[str, Any]]]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def log_to(own_logs: None, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> LogTo:
    """`log_to(io.StringIO(), APP_ENV="demo")`: the process is set up with this as its standard error; returns that."""

    def set_up(stderr: io.StringIO, **variables: str) -> io.StringIO:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stderr)
            configure(**variables)
            configure_logs()
        return stderr

    return set_up


@pytest.fixture
def in_production(log_to: LogTo) -> Lines:
    """The process logs as in production; call it for the lines so far."""
    written = log_to(io.StringIO(), APP_ENV="production")
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def break_down() -> None:
    chosen = "hidden" + "-in-a-variable"
    raise ValueError("no paper left" if chosen else "")


def test_production_writes_json(in_production: Lines) -> None:
    structlog.get_logger("shop").info("sold", amount=3, to="Zoë\nDoe")
    logging.getLogger("library").warning("%s is low", "paper", extra={"left": 2})
    first, second = in_production()
    assert (first["event"], first["amount"], first["to"], first["level"]) == ("sold", 3, "Zoë\nDoe", "info")
    assert (second["event"], second["left"], second["level"]) == ("paper is low", 2, "warning")
    for line in (first, second):
        assert line["timestamp"].endswith("Z")


def test_others_write_for_readers(log_to: LogTo) -> None:
    written = log_to(io.StringIO(), APP_ENV="development")
    structlog.get_logger("shop").info("sold", amount=3)
    logging.getLogger("library").warning("low")
    first, second = written.getvalue().splitlines()
    assert first.split()[1:] == ["[info", "]", "sold", "amount=3"]
    assert second.split()[1:] == ["[warning", "]", "low"]


def test_a_line_says_which_request_and_use_case_and_who(in_production: Lines) -> None:
    accept_request_id("r1")
    set_use_case("shop.orders.send")
    set_actor(Actor(user_id=1, user_name="ann", impersonator_name="bob"))
    structlog.get_logger("shop").info("sold")
    logging.getLogger("library").warning("low")
    for line in in_production():
        assert (line["request_id"], line["use_case"], line["actor"]) == ("r1", "shop.orders.send", "ann (by bob)")


def test_outside_of_a_request_it_says_none_of_that(in_production: Lines) -> None:
    structlog.get_logger("shop").info("sold")
    (line,) = in_production()
    assert line.keys() == {"event", "level", "timestamp"}


SECRET_NAMES = [
    "password",
    "newPassword",
    "password_hash",
    "raw_password",
    "PASSWORD",
    "token",
    "refreshToken",
    "secret_key",
    "Authorization",
    "set-cookie",
    "captcha",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_secrets_are_masked(name: str, in_production: Lines) -> None:
    clear_contextvars()
    structlog.get_logger("shop").info("sold", **{name: "hidden"})
    structlog.get_logger("shop").bind(**{name: "hidden"}).warning("sold")
    logging.getLogger("library").warning("low", extra={name: "hidden"})
    bind_contextvars(**{name: "hidden"})
    structlog.get_logger("shop").info("sold")
    clear_contextvars()
    assert [line[name] for line in in_production()] == ["***"] * 4


@pytest.mark.parametrize("value", [{"userName": "ann", "password": "hidden"}, [{"token": "hidden"}]])
def test_secrets_inside_of_a_value_are_masked(value: object, in_production: Lines) -> None:
    structlog.get_logger("shop").info("sold", body=value)
    assert "hidden" not in str(in_production())


def test_a_traceback_in_production_shows_no_values_of_variables(
    in_production: Lines,
) -> None:
    for log in (structlog.get_logger("shop"), logging.getLogger("library")):
        try:
            break_down()
        except ValueError:
            log.exception("it broke")
    for line in in_production():
        assert "hidden-in-a-variable" not in str(line)
        (error,) = line["exception"]
        assert (error["exc_type"], error["exc_value"]) == ("ValueError", "no paper left")
        assert error["frames"][-1]["name"] == "break_down"


def test_a_traceback_on_a_terminal_shows_no_values_of_variables(log_to: LogTo) -> None:
    terminal = log_to(Terminal(), APP_ENV="development")
    try:
        break_down()
    except ValueError:
        structlog.get_logger("shop").exception("it broke")
    text = terminal.getvalue()
    assert "no paper left" in text
    assert "break_down" in text
    assert "hidden-in-a-variable" not in text


def test_a_traceback_in_a_file_is_plain(log_to: LogTo) -> None:
    written = log_to(io.StringIO(), APP_ENV="demo")
    try:
        break_down()
    except ValueError:
        structlog.get_logger("shop").exception("it broke")
    assert written.getvalue().splitlines()[1:2] == ["Traceback (most recent call last):"]
    assert "\x1b" not in written.getvalue()
    assert "hidden-in-a-variable" not in written.getvalue()


@pytest.mark.parametrize(("debug", "lines"), [("false", ["info"]), ("true", ["debug", "info"])])
def test_only_debug_shows_what_is_for_debugging(debug: str, lines: list[str], log_to: LogTo) -> None:
    written = log_to(io.StringIO(), APP_ENV="production", APP_DEBUG=debug)
    for log in (structlog.get_logger("shop"), logging.getLogger("library")):
        log.debug("looked")
        log.info("sold")
    assert [json.loads(line)["level"] for line in written.getvalue().splitlines()] == lines * 2


CHATTERERS = ["asyncio", "aiosqlite", "filelock", "tortoise", "tortoise.db_client", "watchfiles", "watchfiles.main"]


def test_what_libraries_chatter_is_not_shown(in_production: Lines) -> None:
    for name in CHATTERERS:
        logging.getLogger(name).info("SELECT secrets")
    assert in_production() == []


def test_not_even_for_debugging(log_to: LogTo) -> None:
    """watchfiles says every five seconds that nothing changed."""
    written = log_to(io.StringIO(), APP_ENV="demo", APP_DEBUG="true")
    for name in CHATTERERS:
        logging.getLogger(name).debug("rust notify timeout, continuing")
    assert written.getvalue() == ""


def test_a_driver_that_cannot_connect_leaves_it_to_the_requests_to_say_so(log_to: LogTo) -> None:
    """asyncpg writes a traceback at each try to open a spare connection."""
    written = log_to(io.StringIO(), APP_ENV="production")
    logging.getLogger("asyncpg.pool").warning("Failed to restore the pool connection floor; retrying")
    assert written.getvalue() == ""


def test_a_logger_that_was_used_before_hears_of_the_set_up(log_to: LogTo) -> None:
    """It is kept from its first use on, and would go on writing as it was set up then."""
    log_to(io.StringIO(), APP_ENV="development")
    log = structlog.get_logger("shop")
    log.info("sold")
    written = log_to(io.StringIO(), APP_ENV="production")
    log.info("sold again")
    assert json.loads(written.getvalue())["event"] == "sold again"
    with capture_logs() as captured:
        log.info("sold out")
    assert [line["event"] for line in captured] == ["sold out"]

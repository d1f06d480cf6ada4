"""Starting: what it prints, what it keeps, and how it refuses, in one line, with an exit code and without a traceback."""

import json
import time
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.live.server import Server, command, environment, serving


def post(url: str, body: Mapping[str, object], token: str = "") -> dict[str, dict[str, str]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def sign_in(server: Server) -> str:
    return post(f"{server.url}/api/v1/auth/login", {"userName": "hanmei", "password": "123456"})["data"]["token"]


def employees(server: Server) -> int:
    found = post(f"{server.url}/api/v1/business/hr/employees/search", {"size": 1}, sign_in(server))
    return int(found["data"]["total"])


def assert_announced(server: Server) -> None:
    """It says where everything is and who may sign in, once it answers."""
    deadline = time.monotonic() + 5
    while "Demo accounts" not in server.log() and time.monotonic() < deadline:
        time.sleep(0.05)
    for expected in (
        f"{server.url}/api/v1",
        f"{server.url}/docs",
        "Soybean",
        "hanmei",
        "123456",
    ):
        assert expected in server.log()


def test_a_second_start_finds_everything_as_it_was_and_grows(migrated: dict[str, str]) -> None:
    """Somebody is taken on; the server starts again; demo data is added while it serves."""
    with serving(migrated) as server:
        assert_announced(server)
        stats = f"{server.url}/api/v1/business/hr/departments/search"
        sales = post(stats, {"code": "SA"}, sign_in(server))["data"]["records"][0]["id"]  # pyright: ignore[reportArgumentType]
        body = {"userName": "nora", "name": "Nora Quist", "departmentId": sales}
        onboarded = post(f"{server.url}/api/v1/business/hr/employees", body, sign_in(server))["data"]
    again = command("migrate", env=migrated)
    assert (again.returncode, again.stdout) == (0, "")
    with serving(migrated) as server:
        assert employees(server) == 61
        login = {"userName": "nora", "password": onboarded["rawPassword"]}
        assert post(f"{server.url}/api/v1/auth/login", login)["data"]["mustChangePassword"]
        assert "permissions synchronised" not in server.log()
        with ThreadPoolExecutor() as pool:  # of two at once the second waits, and counts on from the first
            added = list(pool.map(lambda count: command("demo-data", count, env=migrated), ("1500", "1000")))
        assert [each.returncode for each in added] == [0, 0], [each.stderr for each in added]
        assert employees(server) == 2561


def test_a_database_that_is_not_migrated_is_refused(empty: dict[str, str]) -> None:
    assert_refused(empty, "kernel.0001_initial", "just migrate")


def test_from_demo_to_production(migrated: dict[str, str]) -> None:
    """It does not start while anybody can sign in with the password that everybody knows; one command ends that."""
    with serving(migrated):
        pass
    production = migrated | {"APP_ENV": "production"}
    assert_refused(production, "123456", "Soybean, Super, Admin, User", "hanmei", "just end-demo-accounts")
    ended = command("end-demo-accounts", env=production)
    assert ended.returncode == 0, ended.stderr
    password = ended.stdout.partition("Super administrator: Soybean, password ")[2].split()[0]
    with serving(production) as server:
        for name in ("Soybean", "Super", "hanmei"):
            assert post(f"{server.url}/api/v1/auth/login", {"userName": name, "password": "123456"})["code"] == "2401"
        signed_in = post(f"{server.url}/api/v1/auth/login", {"userName": "Soybean", "password": password})
        assert signed_in["data"]["mustChangePassword"]
        assert password not in server.log()


def test_a_first_password_that_is_too_weak_is_refused(migrated: dict[str, str]) -> None:
    assert_refused(migrated | {"APP_ENV": "production", "FIRST_ADMIN_PASSWORD": "1"}, "FIRST_ADMIN_PASSWORD='***'", "8")


def test_malformed_settings_are_refused_all_at_once(tmp_path: Path) -> None:
    malformed = {
        "APP_PORT": "70000",
        "APP_ENV": "prod",
        "APP_TIMEZONE": "Mars/Olympus",
        "SECRET_KEY": "open sesame",
        "DB_URL": "mysql://u:hidden@h/x",
        "REDIS_URL": "localhost",
    }
    refused = command("serve", env=environment(tmp_path / "var", **malformed))
    assert refused.returncode == 1
    assert sorted(refused.stderr.splitlines()) == [
        "APP_ENV='prod': Input should be 'demo', 'development' or 'production'",
        "APP_PORT='70000': Input should be less than or equal to 65535",
        "APP_TIMEZONE='Mars/Olympus': allowed: an IANA time zone such as UTC or Europe/Berlin",
        "DB_URL='mysql://u:***@h/x': allowed: sqlite://PATH, postgres://USER:PASSWORD@HOST/NAME",
        "REDIS_URL='localhost': allowed: memory:// (in process), redis://HOST:PORT/DB, rediss://HOST:PORT/DB",
        "SECRET_KEY='***': allowed: at least 32 characters",
    ]


def test_a_malformed_setting_of_a_module_is_refused(tmp_path: Path) -> None:
    env = environment(tmp_path / "var", HR_MAX_TAGS_PER_EMPLOYEE="many")
    assert_refused(env, "HR_MAX_TAGS_PER_EMPLOYEE='many'", "integer")


def assert_refused(env: dict[str, str], *words: str) -> None:
    refused = command("serve", env=env)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    assert all(word in refused.stderr for word in words), refused.stderr

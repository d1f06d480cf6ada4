"""The application as a whole: what it serves, and what it opens and closes."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from tortoise import context as tortoise_context

from kernel import app as app_module
from kernel.app import create_app
from kernel.errors.operator import SettingsError, StartupRefused
from kernel.redis import redis
from kernel.redis_line import line
from kernel.settings import settings
from tests.platform.kernel.conftest import Configure
from tests.platform.kernel.small_app import caller


@pytest.fixture
def logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another app in this process does not set the logs up again."""
    monkeypatch.setattr(app_module, "configure_logs", lambda: None)


async def answers(app: FastAPI, *paths: str) -> list[int]:
    async with caller(app) as client:
        return [(await client.get(path)).status_code for path in paths]


DOCS = ("/docs", "/openapi.json")


@pytest.mark.parametrize(
    ("env", "debug", "statuses"),
    [
        ("demo", "false", [200, 200]),
        ("development", "false", [200, 200]),
        ("production", "false", [404, 404]),
        ("production", "true", [200, 200]),
    ],
)
async def test_docs_are_served_where_the_contract_says(
    env: str, debug: str, statuses: list[int], configure: Configure, logs_stay: None
) -> None:
    configure(APP_ENV=env, APP_DEBUG=debug, APP_TITLE="The Shop")
    app = create_app()
    assert await answers(app, *DOCS) == statuses
    async with caller(app) as client:
        assert [(await client.head(path)).status_code for path in DOCS] == statuses
    assert await answers(app, "/redoc") == [404]
    assert app.title == "The Shop"


async def test_docs_need_nobody_else(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert "swagger" in page.lower()
    assert "https://" not in page


async def test_there_is_no_url_with_a_slash_at_its_end(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/health/live/", "/docs/", "/"):
        response = await client.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "1001")


async def test_the_setting_limits_a_body(client: httpx.AsyncClient, configure: Configure) -> None:
    configure(MAX_BODY_BYTES="2000")
    body = {"userName": "ann", "password": "x" * 2000}
    response = await client.post("/api/v1/auth/login", json=body)
    assert (response.status_code, response.json()["code"]) == (413, "1003")


async def test_two_slices_for_one_call_stop_it(logs_stay: None, monkeypatch: pytest.MonkeyPatch) -> None:
    features = app_module.discover()
    monkeypatch.setattr(app_module, "discover", lambda: [*features, features[0]])
    with pytest.raises(ValueError, match="both answer to"):
        create_app()


async def test_a_malformed_setting_stops_it(configure: Configure, logs_stay: None) -> None:
    configure(APP_PORT="0")
    with pytest.raises(SettingsError, match=r"^APP_PORT='0': "):
        create_app()


async def test_it_opens_what_it_needs_and_closes_it(app: FastAPI, no_app: None, logs_stay: None) -> None:
    async def live() -> int:
        another = create_app()
        async with another.router.lifespan_context(another):
            assert await redis().ping()
            assert line().is_sound
            return (await answers(another, "/api/v1/health/ready"))[0]

    assert await asyncio.create_task(live()) == 200
    assert tortoise_context._global_context is None
    for each in (redis, line):
        with pytest.raises(LookupError):
            each()


async def test_a_refused_start_closes_it_too(
    app: FastAPI, no_app: None, logs_stay: None, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise StartupRefused("not today")

    async def live() -> None:
        another = create_app()
        async with another.router.lifespan_context(another):
            raise AssertionError("it started")

    monkeypatch.setattr(app_module, "start_up", refuse)
    with pytest.raises(StartupRefused, match="not today"):
        await asyncio.create_task(live())
    assert tortoise_context._global_context is None
    for each in (redis, line):
        with pytest.raises(LookupError):
            each()
    assert settings().demo

"""What surrounds every request: its id, its headers, its line in the log, and its 500."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs
from tortoise.connection import get_connection

from features.hr.models import Department
from kernel import Code, Refusal, Schema
from kernel.context import request_id
from kernel.unit_of_work.background import defer
from kernel.web.middleware import RequestMiddleware
from tests.callers import Caller
from tests.conftest import Counting, SignedIn
from tests.platform.kernel.conftest import Configure
from tests.platform.kernel.small_app import Message, app_of, caller, http_scope, no_body, slice_of

SECURITY = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}
OF_JSON = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'", "cache-control": "no-store"}


class Body(Schema):
    text: str


async def broken() -> bool:
    raise ValueError("hidden")


async def in_use() -> bool:
    raise Refusal(Code.IN_USE)


async def fine() -> str:
    return request_id()


async def run(app: ASGIApp, scope: Message) -> list[Message]:
    """What a server is told to send."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await RequestMiddleware(app)(scope, no_body, send)
    return sent


@pytest.fixture
def small() -> FastAPI:
    return app_of(*(slice_of(each, f"/{each.__name__}", "get") for each in (broken, in_use, fine)))


# --- request id


@pytest.mark.parametrize(("path", "status"), [("fine", 200), ("in_use", 200), ("nothing", 404), ("broken", 500)])
async def test_every_answer_carries_the_id_of_its_request(path: str, status: int, small: FastAPI) -> None:
    with capture_logs():
        async with caller(small) as client:
            own = await client.get(f"/orders/{path}", headers={"X-Request-ID": "my-own.1"})
            new = [(await client.get(f"/orders/{path}")).headers["X-Request-ID"] for _ in range(2)]
    assert (own.status_code, own.headers["X-Request-ID"]) == (status, "my-own.1")
    assert len({*new, "my-own.1"}) == 3


async def test_the_handler_knows_it(small: FastAPI) -> None:
    async with caller(small) as client:
        response = await client.get("/orders/fine")
    assert response.json()["data"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize("offered", ["x" * 65, "a b", "", "<script>", "a;b"])
async def test_an_id_that_is_not_sane_is_not_repeated(offered: str, small: FastAPI) -> None:
    async with caller(small) as client:
        answered = (await client.get("/orders/fine", headers={"X-Request-ID": offered})).headers["X-Request-ID"]
    assert answered != offered
    assert answered.isalnum()


# --- headers


@pytest.mark.parametrize("path", ["fine", "in_use", "nothing", "broken"])
async def test_json_is_neither_cached_nor_run(path: str, small: FastAPI) -> None:
    with capture_logs():
        async with caller(small) as client:
            headers = (await client.get(f"/orders/{path}")).headers
    assert {name: headers[name] for name in SECURITY | OF_JSON} == SECURITY | OF_JSON


async def test_a_page_says_itself_what_it_may_do() -> None:
    (start, _) = await run(HTMLResponse("<p>"), http_scope())
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert SECURITY.items() <= headers.items()
    assert not OF_JSON.keys() & headers.keys()


async def test_a_header_that_the_answer_has_is_left_alone() -> None:
    own = {"Cache-Control": "max-age=60", "X-Frame-Options": "SAMEORIGIN"}
    (start, _) = await run(JSONResponse({}, headers=own), http_scope())
    headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
    assert [value for name, value in headers if name == "cache-control"] == ["max-age=60"]
    assert [value for name, value in headers if name == "x-frame-options"] == ["SAMEORIGIN"]


async def test_an_answer_to_head_has_the_headers_of_get_and_no_content() -> None:
    """Whatever made it, and on any server: not each drops the content by itself."""
    (start, body) = await run(JSONResponse({"a": 1}), http_scope(method="HEAD"))
    assert dict(start["headers"])[b"content-length"] == b"7"
    assert body["body"] == b""


# --- the line in the log


async def lines_of(small: FastAPI, *paths: str) -> list[dict[str, Any]]:
    with capture_logs() as logs:
        async with caller(small) as client:
            for path in paths:
                await client.get(f"/orders/{path}")
    return [{**line} for line in logs if "ms" in line]


async def test_each_request_has_one_line(small: FastAPI) -> None:
    lines = await lines_of(small, "fine", "in_use", "nothing", "broken")
    assert {(line["event"], line["method"], line["log_level"]) for line in lines} == {
        ("request completed", "GET", "info")
    }
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/orders/fine", 200),
        ("/orders/in_use", 200),
        ("/orders/nothing", 404),
        ("/orders/broken", 500),
    ]
    assert all(isinstance(line["ms"], float) and line["ms"] >= 0 for line in lines)


async def test_it_names_the_code_of_a_refusal_and_the_request(log_lines: io.StringIO, small: FastAPI) -> None:
    async with caller(small) as client:
        for path in ("in_use", "fine"):
            await client.get(f"/orders/{path}", headers={"X-Request-ID": f"id-of-{path}"})
    refused, succeeded = (line for line in log_lines.getvalue().splitlines() if "ms=" in line)
    assert {"code=2307", "status=200", "request_id=id-of-in_use"} <= set(refused.split())
    assert {"status=200", "request_id=id-of-fine"} <= set(succeeded.split())
    assert "code=" not in succeeded


async def test_a_line_break_in_a_path_makes_no_second_line(log_lines: io.StringIO, small: FastAPI) -> None:
    async with caller(small) as client:
        await client.get("/orders/a%0A12:00:00%20[info]%20GET%20/forged%0D%1B[31m%E2%80%A8x")
    of_the_client = "HTTP Request"
    (line,) = (line for line in log_lines.getvalue().splitlines() if "forged" in line and of_the_client not in line)
    assert "ms=" in line
    assert r"path='/orders/a\\n12:00:00 [info] GET /forged\\r\\x1b[31m\\u2028x'" in line


async def test_what_stands_behind_the_question_mark_is_not_logged(log_lines: io.StringIO, small: FastAPI) -> None:
    async with caller(small) as client:
        await client.get("/orders/fine?token=hidden")
    own = [line for line in log_lines.getvalue().splitlines() if "ms=" in line]
    assert "/orders/fine" in own[0]
    assert "hidden" not in own[0]


# --- the SQL of a request


async def search(caller: Caller, **sent: Any) -> list[dict[str, Any]]:
    """What is logged of a search by somebody who may."""
    with capture_logs() as logs:
        assert (await caller.call("hr.employees.search", **sent)).code == "0000"
    return [{**line} for line in logs]


@pytest.mark.parametrize("env", ["demo", "development"])
async def test_outside_of_production_the_line_says_how_many_statements_ran(
    env: str, signed_in: SignedIn, counting: Counting, configure: Configure
) -> None:
    configure(APP_ENV=env)
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    with counting() as cost:
        (line,) = await search(hanmei)
    assert line["sql"] == len(cost.statements) == 3
    assert 0 < line["sql_ms"] < line["ms"]


async def test_a_request_without_sql_says_so(small: FastAPI) -> None:
    (line,) = await lines_of(small, "fine")
    assert (line["sql"], line["sql_ms"]) == (0, 0)


async def test_production_counts_nothing(signed_in: SignedIn, configure: Configure) -> None:
    configure(APP_ENV="production")
    (line,) = await search(await signed_in("R_HR_MANAGER"))
    assert not {"sql", "sql_ms"} & line.keys()


@pytest.mark.parametrize("env", ["demo", "production"])
async def test_debug_shows_each_statement_and_who_asked(
    env: str, signed_in: SignedIn, counting: Counting, configure: Configure
) -> None:
    configure(APP_ENV=env, APP_DEBUG="true")
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    with counting() as cost:
        *shown, line = await search(hanmei, name="Wang Wei", size=1)
    assert [each["sql"] for each in shown] == cost.statements
    assert {each["log_level"] for each in shown} == {"debug"}
    assert all(isinstance(each["ms"], float) for each in shown)
    files = [each["at"].rpartition(":")[0] for each in shown]
    assert files == ["features/hr/employees/search.py"] * 3
    assert line["sql"] == 3
    assert "Wang Wei" not in str(shown)


async def test_debug_shows_what_failed_and_the_work_after_the_answer(
    app: FastAPI, signed_in: SignedIn, configure: Configure
) -> None:
    configure(APP_DEBUG="true")

    async def react() -> None:
        await Department.all().count()

    async def fail() -> bool:
        await defer(react)
        await get_connection("default").execute_query("SELECT 1 FROM nowhere WHERE 1 IN (" + "2, " * 2000 + "3)")
        return True

    with capture_logs() as logs:
        async with caller(app_of(slice_of(fail, "/fail", transaction=False))) as client:
            await client.post("/orders/fail")
    failed, line, after = [each for each in logs if "sql" in each]
    assert (failed["failed"], len(failed["sql"])) == (True, 2000)
    assert line["sql"] == 1
    assert 'FROM "hr_department"' in after["sql"]
    assert "failed" not in after


# --- what nobody foresaw


async def test_an_unhandled_exception_is_logged_and_not_told(small: FastAPI) -> None:
    with capture_logs() as logs:
        async with caller(small) as client:
            response = await client.get("/orders/broken")
    assert (response.status_code, response.json()) == (
        500,
        {"code": "1000", "msg": Code.INTERNAL_ERROR.message, "data": None},
    )
    (line,) = (line for line in logs if line["event"] == "unhandled exception")
    assert (line["log_level"], line["exc_info"]) == ("error", True)
    assert (line["method"], line["path"]) == ("GET", "/orders/broken")


async def nothing() -> Message:
    raise AssertionError("nobody reads the body")


async def test_an_answer_that_has_begun_is_broken_off_and_not_followed_by_another() -> None:
    """A server that sees the error closes the connection; or else the caller would take half an answer for a whole one."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("in the middle")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with capture_logs() as logs, pytest.raises(ValueError, match="in the middle"):
        await RequestMiddleware(app)(http_scope(), nothing, send)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert [line["event"] for line in logs] == ["unhandled exception"]


async def test_a_body_that_breaks_off_is_no_error_of_ours() -> None:
    """Malformed chunks, too few bytes, or nobody there any more: a server cannot tell. Who is there is told."""

    async def read(request: Body) -> bool:
        raise AssertionError(request)

    async def broken_off() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    app = app_of(slice_of(read, transaction=False))
    scope = http_scope("/orders", "POST", content_type="application/json", content_length="9")
    with capture_logs() as logs:
        await app(scope, broken_off, send)
    assert [(line["event"], line["log_level"], line["code"]) for line in logs] == [
        ("request completed", "info", "1200")
    ]
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], headers[b"connection"]) == (200, b"close")
    assert b"x-request-id" in headers
    answer = json.loads(sent[1]["body"])
    assert (answer["code"], [error["field"] for error in answer["data"]["errors"]]) == ("1200", ["body"])


async def test_a_caller_who_leaves_during_the_answer_is_no_error_of_ours() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ClientDisconnect

    with capture_logs() as logs:
        assert [message["type"] for message in await run(app, http_scope())] == ["http.response.start"]
    assert [(line["event"], line["log_level"]) for line in logs] == [("client disconnected", "info")]


async def test_the_next_request_is_not_troubled(small: FastAPI) -> None:
    with capture_logs():
        async with caller(small) as client:
            assert (await client.get("/orders/broken")).status_code == 500
            assert (await client.get("/orders/fine")).status_code == 200


# --- what is no request, and what is too large for one


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
async def test_what_is_no_request_passes_untouched(kind: str) -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": scope["type"]})

    with capture_logs() as logs:
        assert await run(app, {"type": kind}) == [{"type": kind}]
    assert logs == []


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/business/hr/employees", "/api/v1/nothing"])
@pytest.mark.parametrize("told", [True, False])
async def test_a_body_that_is_too_large_is_refused_like_anything_else(path: str, told: bool, app: FastAPI) -> None:
    """Who may not call at all hears that instead; nobody hears plain text, or of an unhandled exception."""
    scope = http_scope(path, "POST", content_type="application/json", **({"content_length": "9999999"} if told else {}))
    sent: list[Message] = []

    async def large() -> Message:
        return {"type": "http.request", "body": b"x" * 999_999, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    with capture_logs() as logs:
        await app(scope, large, send)
    expected = {"/api/v1/auth/login": (413, "1003"), "/api/v1/nothing": (404, "1001")}.get(path, (200, "2100"))
    assert (sent[0]["status"], json.loads(sent[1]["body"])["code"]) == expected
    assert b"x-request-id" in dict(sent[0]["headers"])
    assert [(line["event"], line["method"], line["path"]) for line in logs] == [("request completed", "POST", path)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_that_the_server_sends_itself_has_its_log_line(method: str, tmp_path: Path) -> None:
    """With the ASGI extension `http.response.pathsend`, which Granian offers. Of a HEAD it sends nothing."""
    (tmp_path / "a.txt").write_text("a")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await FileResponse(tmp_path / "a.txt")(scope, receive, send)

    with capture_logs() as logs:
        scope = {**http_scope("/a.txt", method), "extensions": {"http.response.pathsend": {}}}
        start, *rest = await run(app, scope)
    assert start["status"] == 200
    sent = {"type": "http.response.pathsend", "path": str(tmp_path / "a.txt")}
    assert rest == [sent if method == "GET" else {"type": "http.response.body", "body": b"", "more_body": False}]
    assert [(line["event"], line["method"], line["status"]) for line in logs] == [("request completed", method, 200)]

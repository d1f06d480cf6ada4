"""From an exception to an envelope, and no word of what is inside."""

import socket
import sqlite3
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI, HTTPException
from structlog.testing import capture_logs
from tortoise.exceptions import DBConnectionError, DoesNotExist, IntegrityError, OperationalError

from features.hr.models import Employee
from kernel import Code, InvalidInput, NotFound, Refusal, Schema, SqidId, TransportRefusal
from kernel.database.driver_errors import CommitUnknown, DatabaseBusy
from kernel.models.scope import OutOfScope
from tests.platform.kernel.small_app import app_of, caller, slice_of

INSIDE = "hidden_table.hidden_column"
NO_ANSWER = "The database does not answer. Try again later."
CANNOT_SAVE = "The database cannot save anything at the moment. Try again later."
TAKEN = "Someone else is changing the same at this moment. Nothing was saved; try again."
BUSY = "Too many requests wait for the database. Nothing was saved; try again later."
UNKNOWN = "The database was lost while it saved this. It may be saved, or not: look before you try again."


class Shop(Schema):
    name: str
    floors: list[int] = []


def database_error(kind: type[asyncpg.PostgresError]) -> Callable[[], Exception]:
    return lambda: OperationalError(kind(INSIDE))


def sqlite_error(text: str) -> Callable[[], Exception]:
    return lambda: OperationalError(sqlite3.OperationalError(text))


CASES: list[tuple[Callable[[], BaseException], int, str, str | None]] = [
    (lambda: Refusal(Code.IN_USE), 200, "2307", "Other records depend on this."),
    (lambda: NotFound("shop"), 200, "1101", "There is no such shop."),
    (lambda: InvalidInput("name", "too long"), 200, "1200", "The request is not valid. name: too long"),
    (lambda: TransportRefusal(503, Code.SERVICE_UNAVAILABLE, "Not now."), 503, "1004", "Not now."),
    (lambda: DoesNotExist(Employee), 200, "1101", "There is no such employee."),
    (lambda: DoesNotExist(INSIDE), 200, "1101", "There is no such record."),
    (lambda: OutOfScope(INSIDE, 7), 200, "2208", "This record lies outside of your data scope."),
    (lambda: IntegrityError(INSIDE), 200, "1100", None),
    (lambda: DBConnectionError(INSIDE), 503, "1004", NO_ANSWER),
    (lambda: DBConnectionError(OSError(113, INSIDE)), 503, "1004", NO_ANSWER),
    (lambda: DBConnectionError(socket.gaierror(-2, INSIDE)), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.InvalidPasswordError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.InvalidCatalogNameError), 503, "1004", NO_ANSWER),
    (lambda: ConnectionRefusedError(INSIDE), 503, "1004", NO_ANSWER),
    (lambda: TimeoutError(INSIDE), 503, "1004", NO_ANSWER),
    (lambda: asyncpg.InternalClientError(INSIDE), 503, "1004", NO_ANSWER),
    (lambda: asyncpg.InterfaceError(INSIDE), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.CannotConnectNowError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.AdminShutdownError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.TooManyConnectionsError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.QueryCanceledError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.InvalidCachedStatementError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.IdleInTransactionSessionTimeoutError), 503, "1004", NO_ANSWER),
    (database_error(asyncpg.DiskFullError), 503, "1004", CANNOT_SAVE),
    (database_error(asyncpg.ReadOnlySQLTransactionError), 503, "1004", CANNOT_SAVE),
    (sqlite_error("database or disk is full"), 503, "1004", CANNOT_SAVE),
    (sqlite_error("disk I/O error"), 503, "1004", CANNOT_SAVE),
    (sqlite_error("attempt to write a readonly database"), 503, "1004", CANNOT_SAVE),
    (lambda: DatabaseBusy(INSIDE), 503, "1004", BUSY),
    (lambda: CommitUnknown(INSIDE), 503, "1004", UNKNOWN),
    (database_error(asyncpg.DeadlockDetectedError), 200, "2306", TAKEN),
    (database_error(asyncpg.LockNotAvailableError), 200, "2306", TAKEN),
    (sqlite_error("database is locked"), 200, "2306", TAKEN),
    (lambda: HTTPException(404, INSIDE), 404, "1001", None),
    (lambda: HTTPException(405, INSIDE), 405, "1002", None),
    (lambda: HTTPException(408, INSIDE), 408, "1006", None),
    (lambda: HTTPException(413, "Too large by far."), 413, "1003", "Too large by far."),
    (lambda: HTTPException(415, INSIDE), 415, "1005", None),
    (lambda: HTTPException(503, INSIDE), 503, "1004", None),
    (lambda: HTTPException(418, INSIDE), 418, "2400", None),
    (lambda: OperationalError(INSIDE), 500, "1000", None),
    (lambda: KeyError(INSIDE), 500, "1000", "Something went wrong on our side. The request id leads to the log."),
    (lambda: ExceptionGroup(INSIDE, [ValueError(INSIDE)]), 500, "1000", None),
    (lambda: NotImplementedError(INSIDE), 500, "1000", None),
]


@pytest.mark.parametrize(("error", "status", "code", "message"), CASES)
async def test_each_has_its_status_and_its_code(
    error: Callable[[], BaseException], status: int, code: str, message: str | None
) -> None:
    async def fail() -> bool:
        raise error()

    with capture_logs():
        async with caller(app_of(slice_of(fail, method="get"))) as client:
            response = await client.get("/orders")
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    assert body["msg"] == (message or Code(code).message)
    assert body.keys() == {"code", "msg", "data"}
    assert response.headers["Content-Type"] == "application/json"
    assert "hidden" not in response.text


async def answer_of(value: object) -> dict[str, Any]:
    """What becomes of a handler that promises a shop and returns this."""

    async def answer() -> Shop:
        return value  # pyright: ignore[reportReturnType]  that is the point

    with capture_logs():
        async with caller(app_of(slice_of(answer, method="get"))) as client:
            response = await client.get("/orders")
    assert "hidden" not in response.text
    return {"status": response.status_code, "code": response.json()["code"]}


@pytest.mark.parametrize("value", [None, {"code": "0000"}, {"data": {"name": ["hidden"]}}, "hidden"])
async def test_an_answer_without_the_promised_shape_is_our_fault(value: object) -> None:
    assert await answer_of(value) == {"status": 500, "code": "1201"}


async def test_the_log_says_what_the_answer_hides() -> None:
    async def fail() -> bool:
        raise IntegrityError(INSIDE)

    with capture_logs() as logs:
        async with caller(app_of(slice_of(fail, method="get"))) as client:
            await client.get("/orders")
    assert [line["error"] for line in logs if line["event"] == "integrity violation"] == [INSIDE]


async def errors_of(json: object = None, content: bytes | None = None, path: str = "/orders/shops") -> list[Any]:
    async def open_shop(request: Shop) -> bool:
        raise AssertionError(f"{request} should have been refused")

    async def close_shop(big_shop_id: SqidId[Employee]) -> bool:
        raise AssertionError(f"{big_shop_id} should have been refused")

    small = app_of(
        slice_of(open_shop, "/shops", transaction=False), slice_of(close_shop, "/{big_shop_id}", transaction=False)
    )
    async with caller(small) as client:
        headers = {"Content-Type": "application/json"}
        if content is None:
            response = await client.post(path, json=json)
        else:
            response = await client.post(path, content=content, headers=headers)
    body = response.json()
    assert (response.status_code, body["code"]) == (200, "1200")
    return [(each["field"], each["type"]) for each in body["data"]["errors"]]


async def test_a_field_is_named_as_the_client_wrote_it() -> None:
    assert await errors_of({}) == [("name", "missing")]
    assert await errors_of({"name": "A", "floors": [1, "x"]}) == [("floors.1", "int_parsing")]
    assert await errors_of([]) == [("body", "model_attributes_type")]


async def test_a_parameter_of_the_path_is_named_in_camel_case() -> None:
    assert await errors_of(path="/orders/7") == [("bigShopId", "sqid")]


async def test_a_body_that_is_no_json_is_refused_as_a_whole() -> None:
    assert await errors_of(content=b"{") == [("body", "json_invalid")]
    assert await errors_of(content=b"") == [("body", "missing")]
    assert [field for field, _ in await errors_of(content=b"\xff{}")] == ["body"]


async def test_the_message_is_for_people() -> None:
    async def open_shop(request: Shop) -> bool:
        raise AssertionError(request)

    async with caller(app_of(slice_of(open_shop, transaction=False))) as client:
        body = (await client.post("/orders", json={"floors": 1})).json()
    assert body["msg"].startswith("The request is not valid. name: ")
    assert "Value error, " not in body["msg"]


async def test_a_refusal_before_the_slice_has_the_same_shape(app: FastAPI) -> None:
    async with caller(app) as client:
        for method, path, status, code in (("GET", "/x", 404, "1001"), ("GET", "/api/v1/auth/login", 405, "1002")):
            response = await client.request(method, path)
            assert (response.status_code, response.json()) == (
                status,
                {"code": code, "msg": Code(code).message, "data": None},
            )


@pytest.mark.parametrize(("error", "advised"), [(TimeoutError, "5"), (CommitUnknown, None)])
async def test_when_to_try_again_is_said_unless_it_may_have_been_saved(
    error: type[Exception], advised: str | None
) -> None:
    async def fail() -> bool:
        raise error

    with capture_logs() as logs:
        async with caller(app_of(slice_of(fail, method="get"))) as client:
            response = await client.get("/orders")
    assert response.headers.get("Retry-After") == advised
    assert [line["event"] for line in logs] == ["database unavailable", "request completed"]
    assert not any(line.get("exc_info") for line in logs)

"""From an exception to an envelope: a code, a sentence, the right HTTP status. Nothing that a client sends ends in a 500 or a traceback."""

from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from starlette.exceptions import HTTPException
from tortoise.exceptions import DoesNotExist, IntegrityError

from kernel.auth.login_log import record_denial
from kernel.database.driver_errors import (
    DRIVER_ERRORS,
    CommitUnknown,
    DatabaseBusy,
    is_conflict,
    is_unavailable,
    is_unwritable,
)
from kernel.errors.codes import DENIALS, Code
from kernel.errors.refusals import InvalidInput, InvalidRequest, NotFound, Refusal, TransportRefusal
from kernel.models.unique import duplicate_refusal
from kernel.schema.base import wire_name
from kernel.schema.envelope import refused
from kernel.unit_of_work.background import defer
from kernel.web.middleware import REFUSED_CODE

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = "5"

_BY_STATUS = {
    404: Code.ROUTE_NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    408: Code.REQUEST_TIMEOUT,
    413: Code.PAYLOAD_TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA_TYPE,
    503: Code.SERVICE_UNAVAILABLE,
}


def install_error_handlers(app: FastAPI) -> None:
    """Teach the app to answer every foreseen exception with an envelope; the unforeseen ones are the middleware's."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ResponseValidationError, _response_validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DoesNotExist, _does_not_exist)
    app.add_exception_handler(IntegrityError, _integrity)
    for kind in DRIVER_ERRORS:
        app.add_exception_handler(kind, _database)


def _answer(request: Request, refusal: Refusal) -> Response:
    """The refusal in its envelope; the middleware's log line names the code."""
    request.scope[REFUSED_CODE] = refusal.code.value
    return refused(refusal)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if error.code in DENIALS:
        await defer(partial(record_denial, error.code))
    return _answer(request, error)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, InvalidRequest([_field_error(detail) for detail in error.errors()]))


def _field_error(detail: dict[str, Any]) -> dict[str, str]:
    place, *path = detail["loc"]
    # A path parameter's name is ours, in snake_case; a body's field is the client's own spelling.
    names = [wire_name(str(part)) if place == "path" else str(part) for part in path]
    kind = detail["type"]
    return {
        "field": ".".join(names) if names and kind != "json_invalid" else str(place),
        "message": detail["msg"].removeprefix("Value error, "),
        "type": kind,
    }


async def _response_validation(request: Request, error: Exception) -> Response:
    log.error("response validation failed", exc_info=error)
    return _answer(request, TransportRefusal(500, Code.RESPONSE_VALIDATION))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # FastAPI could not parse the body at all
        return _answer(request, InvalidInput("body", str(error.detail), "body_unreadable"))
    code = _BY_STATUS.get(error.status_code, Code.FAIL)
    message = error.detail if code is Code.PAYLOAD_TOO_LARGE else None  # ours; other details are Starlette's
    return _answer(request, TransportRefusal(error.status_code, code, message, headers=error.headers))


async def _does_not_exist(request: Request, error: Exception) -> Response:
    assert isinstance(error, DoesNotExist)
    return _answer(request, NotFound.of(error.model) if isinstance(error.model, type) else NotFound("record"))


async def _integrity(request: Request, error: Exception) -> Response:
    assert isinstance(error, IntegrityError)
    if refusal := duplicate_refusal(error):
        return _answer(request, refusal)
    log.warning("integrity violation", error=str(error))
    return _answer(request, Refusal(Code.INTEGRITY_ERROR))


async def _database(request: Request, error: Exception) -> Response:
    if is_conflict(error):
        log.warning("transaction conflict", error=str(error))
        message = "Someone else is changing the same at this moment. Nothing was saved; try again."
        return _answer(request, Refusal(Code.CONFLICT, message))
    if is_unavailable(error):
        log.error("database unavailable", error=f"{type(error).__name__}: {error}")
        retry = None if isinstance(error, CommitUnknown) else {"Retry-After": RETRY_AFTER_SECONDS}
        return _answer(request, TransportRefusal(503, Code.SERVICE_UNAVAILABLE, _unavailable(error), headers=retry))
    raise error


def _unavailable(error: Exception) -> str:
    if isinstance(error, CommitUnknown):
        return "The database was lost while it saved this. It may be saved, or not: look before you try again."
    if isinstance(error, DatabaseBusy):
        return "Too many requests wait for the database. Nothing was saved; try again later."
    if is_unwritable(error):
        return "The database cannot save anything at the moment. Try again later."
    return "The database does not answer. Try again later."

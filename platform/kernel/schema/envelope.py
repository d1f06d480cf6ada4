"""The one shape of every answer: `{"code", "msg", "data"}`."""

from typing import Annotated, Generic, TypeVar

from fastapi import Response
from pydantic import JsonValue, WithJsonSchema

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.schema.base import Schema

T = TypeVar("T")


class Success(Schema, Generic[T]):
    """The envelope of what a handler returns."""

    code: str = Code.SUCCESS.value
    msg: str = Code.SUCCESS.message
    data: T


class FieldError(Schema):
    """What is wrong with one field of the request."""

    field: str
    message: str
    type: str


class InvalidFields(Schema):
    """The data of a refusal 1200."""

    errors: list[FieldError]


_Object = Annotated[dict[str, JsonValue], WithJsonSchema({"type": "object", "additionalProperties": True})]


class Refused(Schema):
    """A refusal as the client sees it."""

    code: str
    msg: str
    data: InvalidFields | _Object | None = None


def refused(refusal: Refusal) -> Response:
    """The answer for a refusal."""
    body = Refused(code=refusal.code.value, msg=refusal.message, data=refusal.data)
    return Response(body.model_dump_json(), refusal.status, refusal.headers, media_type="application/json")

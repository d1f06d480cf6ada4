"""The one shape of every answer: `{"code", "msg", "data"}`."""

from typing import Annotated, Generic, Literal, TypeVar

from fastapi import Response
from pydantic import ConfigDict, JsonValue, WithJsonSchema

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.schema.base import Schema

T = TypeVar("T")


_ALL_ARE_SENT = ConfigDict(json_schema_serialization_defaults_required=True)


class Success(Schema, Generic[T]):
    """The envelope of what a handler returns."""

    model_config = _ALL_ARE_SENT

    code: Literal["0000"] = "0000"
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

    model_config = _ALL_ARE_SENT

    code: str
    msg: str
    data: InvalidFields | _Object | None = None


def refused(refusal: Refusal) -> Response:
    """The answer for a refusal."""
    body = Refused(code=refusal.code.value, msg=refusal.message, data=refusal.data)
    return Response(body.model_dump_json(), refusal.status, refusal.headers, media_type="application/json")

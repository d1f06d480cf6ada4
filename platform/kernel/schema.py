"""The base of every request and response class: camelCase on the wire, snake_case in Python and accepted on input."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    computed_field,
)
from pydantic import WithJsonSchema as JsonSchema
from pydantic_core import PydanticCustomError, PydanticUseDefault

from kernel.ids import SqidId
from kernel.settings import settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MILLIS = 253_402_300_799_999  # the end of the year 9999, the last that a datetime can hold


def wire_name(name: str) -> str:
    """`created_at` is `createdAt` on the wire. Pydantic's own to_camel makes `i18NKey` of `i18n_key`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Schema(BaseModel):
    """A body or a part of one. Unknown fields are ignored, never stored."""

    model_config = ConfigDict(
        alias_generator=wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        from_attributes=True,
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client sent, by their Python names: what a PATCH changes."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def omittable() -> Any:
    """Default of a PATCH field that may be left out but, unlike one with a default of None, may not be null."""
    return Field(default_factory=lambda: None)


class Status(StrEnum):
    """Whether a row is in use: "1" enabled, "2" disabled."""

    ENABLED = "1"
    DISABLED = "2"


class Gender(StrEnum):
    MALE = "1"
    FEMALE = "2"
    UNKNOWN = "3"


def _millis_to_datetime(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_MILLIS:
        raise PydanticCustomError("millis", "a time is an integer: milliseconds since 1970-01-01T00:00:00Z")
    return _EPOCH + timedelta(milliseconds=value)


def to_millis(moment: datetime) -> int:
    """Milliseconds since the epoch, in integer arithmetic: a float would round the last digit now and then."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def format_local(moment: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS` in the configured time zone."""
    return moment.astimezone(settings().timezone).strftime("%Y-%m-%d %H:%M:%S")


Millis = Annotated[
    datetime,
    BeforeValidator(_millis_to_datetime),
    PlainSerializer(to_millis, return_type=int),
    JsonSchema({"type": "integer", "description": "milliseconds since the epoch, UTC"}),
]
"""A moment: integer milliseconds on the wire, an aware datetime in Python."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
"""A name, a title: one to a hundred characters once the blanks around it are gone."""

Text = Annotated[str, StringConstraints(max_length=500)]
"""A remark, a description."""


UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{2,64}$")]
"""A sign-in name: 2 to 64 letters, digits, dots, hyphens and underscores, so that no two look alike."""

# Not EmailStr: it refuses the reserved domains (.local, .test) that internal systems live in.
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
]
"""An address, in lower case, so that one mailbox is not registered twice."""

Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()-]{4,30}$"),
    AfterValidator(lambda number: re.sub("[ ()-]", "", number)),
]
"""A number, without the blanks, hyphens and parentheses that people put in, so that it is not registered twice."""

BlankIsNone = BeforeValidator(lambda value: None if value == "" else value)
"""For an optional field that a form clears by sending an empty string: `Annotated[Email | None, BlankIsNone]`."""


def _use_default_for_null(value: object) -> object:
    if value is None:
        raise PydanticUseDefault
    return value


NullIsDefault = BeforeValidator(_use_default_for_null)
"""For a field with a default that is not None: null is as good as leaving it out."""


class AuditedRecord(Schema):
    """A row of an audited table: its id, and who wrote it when. The two `By` are user names."""

    id: SqidId
    created_by: str | None
    created_at: Millis
    updated_by: str | None
    updated_at: Millis

    @computed_field
    @property
    def fmt_created_at(self) -> str:
        return format_local(self.created_at)

    @computed_field
    @property
    def fmt_updated_at(self) -> str:
        return format_local(self.updated_at)


class Created(Schema):
    created_id: SqidId


class Updated(Schema):
    updated_id: SqidId


class Deleted(Schema):
    deleted_id: SqidId


class BatchDeleted(Schema):
    deleted_ids: list[SqidId]


class BatchDeleteRequest(Schema):
    """The rows to delete; an id that comes twice counts once."""

    ids: Annotated[
        list[SqidId], Field(min_length=1, max_length=1000), AfterValidator(lambda ids: list(dict.fromkeys(ids)))
    ]

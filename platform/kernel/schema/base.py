"""The base of every request and response class: camelCase on the wire, snake_case in Python and accepted on input."""

import re
from collections import defaultdict
from collections.abc import Set
from difflib import get_close_matches
from functools import cache
from types import NoneType
from typing import Any, get_args

import structlog
from pydantic import MISSING, BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from kernel.context import use_case
from kernel.settings import settings

_MOST_NAMES, _SHOWN_CHARACTERS = 20, 50
_SURROGATE = re.compile("[\ud800-\udfff]")

log = structlog.get_logger(__name__)

_told: defaultdict[tuple[type, str | None], set[str]] = defaultdict(set)
"""Which unknown fields the log has named, by class and use case."""


def wire_name(name: str) -> str:
    """`created_at` is `createdAt` on the wire. Pydantic's own to_camel makes `i18NKey` of `i18n_key`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Schema(BaseModel):
    """A body or a part of one."""

    model_config = ConfigDict(
        alias_generator=wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        from_attributes=True,
    )


class Request(Schema):
    """The body of a request. What clients write in many ways is read in one here:

    - "" for an optional field is null: a form clears a field with an empty text;
    - null for a field with another default counts as left out; a PATCH field that may be left out but not be null is
      `name: ShortText | MISSING = MISSING` (https://docs.pydantic.dev/latest/concepts/experimental/#missing-sentinel);
    - the character NUL (U+0000) and a surrogate without its other half, as in "\\ud800", are refused: not every database's
      text can hold them;
    - unknown fields are ignored, never stored; outside of production the log names them, once for each use case.

    A part of a body, such as an object in a list, is a Request as well.
    """

    def changes(self) -> dict[str, Any]:
        """The fields that the client sent, by their Python names: what a PATCH changes."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if problem := _unstorable(data):
            raise problem
        if not data.keys() <= _names(cls) and not settings().production:
            _tell_unknown(cls, data.keys() - _names(cls))
        nullable, defaulted = _null_rules(cls)
        blanks_read = {name: None if value == "" and name in nullable else value for name, value in data.items()}
        return {name: value for name, value in blanks_read.items() if value is not None or name not in defaulted}


def _unstorable(body: dict[str, Any]) -> PydanticCustomError | None:
    """What to say of a text somewhere in the body that not every database holds; None if there is none."""
    # Not by recursion: a body may be nested deeper than Python's stack. A name is a field's, or ignored and only logged.
    waiting: list[Any] = [*body.values(), *(name for name in body if "\0" in str(name))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                return PydanticCustomError("string_nul", "a text must not contain the character NUL (U+0000)")
            if not value.isascii() and _SURROGATE.search(value):
                return PydanticCustomError("string_unicode", "a text must not contain half of a surrogate pair")
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
    return None


@cache
def _null_rules(request: type[Request]) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that may be null, and those for which null stands for their default; in both spellings."""
    nullable: set[str] = set()
    defaulted: set[str] = set()
    for name, field in request.model_fields.items():
        if field.annotation is NoneType or NoneType in get_args(field.annotation):
            nullable |= {name, wire_name(name)}
        elif not field.is_required() and field.default is not MISSING:
            defaulted |= {name, wire_name(name)}
    return frozenset(nullable), frozenset(defaulted)


@cache
def _names(request: type[Request]) -> frozenset[str]:
    """What a client may call the fields, in both spellings."""
    given = (name for field in request.model_fields.values() for name in (field.alias, field.validation_alias))
    return frozenset([*request.model_fields, *(name for name in given if isinstance(name, str))])


def _tell_unknown(request: type[Request], unknown: Set[object]) -> None:
    """Log names that clients chose: each once for a use case, few, short, on one line, and without their values."""
    told = _told[request, use_case()]
    names = {str(name)[:_SHOWN_CHARACTERS] for name in unknown} - told
    fresh = sorted(names)[: _MOST_NAMES - len(told)]  # whoever invents names fills neither the log nor the memory
    if fresh:
        told.update(fresh)
        more = f" and {len(names) - len(fresh)} more" if len(names) > len(fresh) else ""
        fields = ", ".join(_with_a_guess(request, name) for name in fresh) + more
        log.warning("unknown fields ignored", of=request.__name__, fields=fields)


def _with_a_guess(request: type[Request], name: str) -> str:
    close = get_close_matches(name, [wire_name(known) for known in request.model_fields], n=1)
    shown = name.encode("unicode_escape").decode()  # a line break in it must not make a second line of log
    return f"{shown} (did you mean {close[0]}?)" if close else shown

"""Public ids: a database key leaves the house as a sqid string and comes back as one (https://sqids.org).

The alphabet is shuffled by `SQIDS_SEED`, so that two installations give different ids to the same row. This hides
counts and neighbours from a casual eye; it is not a secret that protects a row: the door and the data scope do that.
"""

import hashlib
import hmac
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqids.sqids import Sqids

from kernel.settings import Settings, settings

MIN_LENGTH = 8
MAX_ID = 2**63 - 1  # a signed 64-bit key, the widest that every database has

_reading_wire: ContextVar[bool] = ContextVar("reading_wire", default=False)


@cache
def _sqids(seed: str) -> Sqids:
    key = seed.encode()
    alphabet = sorted(string.ascii_letters + string.digits, key=lambda c: hmac.digest(key, c.encode(), hashlib.sha256))
    return Sqids(alphabet="".join(alphabet), min_length=MIN_LENGTH)


class _Codec:
    """Encodes and decodes by one seed, and remembers what it has seen."""

    def __init__(self, config: Settings) -> None:
        self.settings = config
        self.sqids = _sqids(config.sqids_key)
        self.encode = lru_cache(maxsize=100_000)(self._encode)
        self.decode = lru_cache(maxsize=100_000)(self._decode)

    def _encode(self, row_id: int) -> str:
        return self.sqids.encode([row_id])

    def _decode(self, public_id: str) -> int:
        numbers = self.sqids.decode(public_id)
        # Several strings decode to one number; only the canonical one is an id, or caches and logs see many names of one row.
        if len(numbers) != 1 or numbers[0] > MAX_ID or self.encode(numbers[0]) != public_id:
            raise ValueError(f"{public_id!r} is not an id of this system")
        return numbers[0]


_codec: _Codec | None = None


def _renewed() -> _Codec:
    global _codec
    _codec = _Codec(settings())
    return _codec


# Every id of every answer comes by here, so the settings are known by identity: a look at the seed would take longer than
# all the rest.


def encode(row_id: int) -> str:
    """The public id of a row: at least 8 letters and digits."""
    codec = _codec if _codec and _codec.settings is settings() else _renewed()
    return codec.encode(row_id)


def decode(public_id: str) -> int:
    """The row id behind `public_id`. Raises ValueError for whatever `encode` would not have written."""
    codec = _codec if _codec and _codec.settings is settings() else _renewed()
    return codec.decode(public_id)


@contextmanager
def reading_wire(reading: bool = True) -> Iterator[None]:
    """Within, an integer is not accepted for an id: a client sends strings, only our own code has integers."""
    token = _reading_wire.set(reading)
    try:
        yield
    finally:
        _reading_wire.reset(token)


def _from_wire(value: object) -> object:
    if isinstance(value, str):
        if len(value) <= 32:
            try:
                return decode(value)
            except ValueError:
                pass
        raise PydanticCustomError("sqid", "{shown} is not an id of this system", {"shown": repr(value[:40])})
    if isinstance(value, bool) or not isinstance(value, int) or _reading_wire.get():
        raise PydanticCustomError("sqid", "an id is a string of at least 8 characters")
    return value


def _parent_from_wire(value: object) -> object:
    return None if value in (0, "0", None) and value is not False else _from_wire(value)


_JSON_SCHEMA = {"type": "string", "minLength": MIN_LENGTH, "examples": ["Uk8dL2xq"]}

SqidId = Annotated[
    int, BeforeValidator(_from_wire), PlainSerializer(encode, return_type=str), WithJsonSchema(_JSON_SCHEMA)
]
"""A key in a body: a string on the wire, an int in Python."""

SqidPath = Annotated[int, BeforeValidator(_from_wire), WithJsonSchema(_JSON_SCHEMA)]
"""A key in a path."""

ParentId = Annotated[
    int | None,
    BeforeValidator(_parent_from_wire),
    PlainSerializer(lambda parent_id: 0 if parent_id is None else encode(parent_id), return_type=str | int),
    WithJsonSchema({"anyOf": [_JSON_SCHEMA, {"const": 0, "type": "integer"}]}),
]
"""The key of a tree's parent: 0 on the wire, None in Python, for a root."""

Int16 = Annotated[int, Field(ge=-(2**15), le=2**15 - 1)]
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Field(ge=-(2**63), le=MAX_ID)]

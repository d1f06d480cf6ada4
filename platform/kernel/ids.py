"""Public ids: a database key is a sqid string on the wire, both ways (https://sqids.org).

The alphabet is shuffled by `SQIDS_SEED`, so that two installations give different ids to the same row. This hides
counts and neighbours from a casual eye; it is not a secret that protects a row: access rules and data scopes do that.
"""

import hashlib
import hmac
import string
from functools import cache, lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqids.sqids import Sqids

from kernel.settings import settings

MIN_LENGTH = 8
MAX_LENGTH = 32  # far more than the longest id needs: nobody makes us decode a novel
MAX_ID = 2**63 - 1  # a signed 64-bit key, the widest that every database has


@cache
def _sqids(seed: str) -> Sqids:
    key = seed.encode()
    alphabet = sorted(string.ascii_letters + string.digits, key=lambda c: hmac.digest(key, c.encode(), hashlib.sha256))
    return Sqids(alphabet="".join(alphabet), min_length=MIN_LENGTH)


@lru_cache(maxsize=100_000)
def encode(row_id: int) -> str:
    """The public id of a row: at least 8 letters and digits."""
    return _sqids(settings().sqids_key).encode([row_id])


@lru_cache(maxsize=100_000)
def decode(public_id: str) -> int:
    """The row id behind `public_id`. Raises ValueError for whatever `encode` would not have written."""
    numbers = _sqids(settings().sqids_key).decode(public_id)
    # Several strings decode to one number; only the canonical one is an id, or caches and logs see many names of one row.
    if len(numbers) != 1 or numbers[0] > MAX_ID or encode(numbers[0]) != public_id:
        raise ValueError(f"{public_id!r} is not an id of this system")
    return numbers[0]


def _decoded(value: object) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("sqid", "an id is a string of at least 8 characters")
    if len(value) <= MAX_LENGTH:
        try:
            return decode(value)
        except ValueError:
            pass
    raise PydanticCustomError("sqid", "{shown} is not an id of this system", {"shown": repr(value[:40])})


def _decoded_parent(value: object) -> int | None:
    is_root = value is None or value == "0" or (type(value) is int and value == 0)  # neither False nor 0.0
    return None if is_root else _decoded(value)


_JSON_SCHEMA = {"type": "string", "minLength": MIN_LENGTH, "examples": ["Uk8dL2xq"]}
_PARENT_JSON_SCHEMA = {"anyOf": [_JSON_SCHEMA, {"const": 0, "type": "integer"}]}

SqidId = Annotated[int, BeforeValidator(_decoded), WithJsonSchema(_JSON_SCHEMA)]
"""A key that comes in, in a path or a body: a string on the wire, an int in Python. An integer is refused."""

SqidList = Annotated[list[SqidId], Field(max_length=1000)]
"""Keys that come in, a thousand at most: each costs some microseconds to decode, and a place in a statement."""

PublicId = Annotated[int, PlainSerializer(encode, return_type=str), WithJsonSchema(_JSON_SCHEMA)]
"""A key that goes out: an int in Python, a string on the wire."""

ParentId = Annotated[int | None, BeforeValidator(_decoded_parent), WithJsonSchema(_PARENT_JSON_SCHEMA)]
"""The key of a tree's parent that comes in: null, 0 and "0" mean a root, which is None in Python."""

PublicParentId = Annotated[
    int | None,
    PlainSerializer(lambda parent_id: 0 if parent_id is None else encode(parent_id), return_type=str | int),
    WithJsonSchema(_PARENT_JSON_SCHEMA),
]
"""The key of a tree's parent that goes out: 0 for a root."""

Int16 = Annotated[int, Field(ge=-(2**15), le=2**15 - 1)]
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Field(ge=-(2**63), le=MAX_ID)]

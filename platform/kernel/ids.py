"""Public ids: a database key is a sqid string on the wire, both ways (https://sqids.org).

An id is bound to the kind of row that it names: it encodes a number for the kind beside the row's own, so that a user's
id never passes for an employee's. A model says its kind (`id_kind = "employee"`), and a slice says the model where it
says the id:

    employee_id: SqidId[Employee]                  # comes in, in a path or a body
    manager_id: PublicId[Employee] | None          # goes out

The alphabet is shuffled by `SQIDS_SEED`, so that two installations give different ids to the same row. This hides
counts and neighbours from a casual eye; it is not a secret that protects a row: access rules and data scopes do that.
"""

import hashlib
import hmac
import string
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, Field, GetCoreSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from sqids.sqids import Sqids
from typing_extensions import TypeAliasType, is_typeddict

from kernel.errors.operator import DeclarationError
from kernel.settings import settings

MIN_LENGTH = 8
MAX_LENGTH = 32  # far more than the longest id needs: nobody makes us decode a novel
MAX_ID = 2**63 - 1  # a signed 64-bit key, the widest that every database has


class Identified(Protocol):
    """What ids name: a model, or a class that stands for one.

    `id_kind` is what a reader calls a row, unique in the system. Ids that are out in the world hang on it: it stays when
    the class or its table is renamed.
    """

    id_kind: str


ROW = TypeVar("ROW", bound=Identified)


class Kind:
    """One kind of row: the number that its ids carry, and both directions, each remembered."""

    def __init__(self, label: str) -> None:
        self.label = label
        # From the label alone, so that it is the same on every worker, and whatever other tables come and go. Two bytes
        # keep ids short; two labels of one number are refused at start.
        self.number = zlib.crc32(label.encode()) & 0xFFFF
        self.encode = lru_cache(maxsize=50_000)(self._encode)
        self.decode = lru_cache(maxsize=50_000)(self._decode)

    def _encode(self, row_id: int) -> str:
        """The public id of a row: at least 8 letters and digits."""
        return _sqids(settings().sqids_key).encode([self.number, row_id])

    def _decode(self, public_id: str) -> int:
        """The row id behind `public_id`. Raises ValueError for whatever `encode` would not have written."""
        number, row_id = _numbers(public_id)
        if number != self.number or row_id > MAX_ID or self.encode(row_id) != public_id:
            raise ValueError(f"{public_id!r} is not the id of a row of the kind {self.label!r}")
        return row_id


@cache
def _sqids(seed: str) -> Sqids:
    key = seed.encode()
    alphabet = sorted(string.ascii_letters + string.digits, key=lambda c: hmac.digest(key, c.encode(), hashlib.sha256))
    return Sqids(alphabet="".join(alphabet), min_length=MIN_LENGTH)


def _numbers(public_id: str) -> tuple[int, int]:
    kind_and_row = _sqids(settings().sqids_key).decode(public_id)
    if len(kind_and_row) != 2:
        raise ValueError(f"{public_id!r} is not an id of this system")
    return kind_and_row[0], kind_and_row[1]


_kinds: dict[str, Kind] = {}


def kind_of(model: type[Identified]) -> Kind:
    """The kind of a model's rows; one for each label. Raises DeclarationError for a model that says none."""
    label = getattr(model, "id_kind", None)
    if label is None:
        raise DeclarationError(no_kind(model))
    if label not in _kinds:
        _kinds[label] = Kind(label)
    return _kinds[label]


def no_kind(model: type) -> str:
    """What to tell whoever lets an id name a class that says no kind."""
    hint = f'name a model, and add to its class: id_kind = "{model.__name__.lower()}"'
    return f"{model.__name__} has no id_kind, so no id can name its rows; {hint}"


def check_kinds(models: Iterable[type]) -> None:
    """Raise DeclarationError for two models whose ids could be taken for one another."""
    by_number: dict[int, type] = {}
    for model in models:
        if not hasattr(model, "id_kind"):
            continue
        other = by_number.setdefault(kind_of(model).number, model)
        if other is not model:
            names = " and ".join(f"{each.__module__}.{each.__name__} ({each.id_kind!r})" for each in (other, model))
            raise DeclarationError(f"one id would name a row of both {names}: give one of them another id_kind")


def public_id(kind: type[Identified] | str, row_id: int) -> str:
    """The public id of a row, for logs and links: `public_id(Employee, 7)`.

    Where the model is out of sight, as in a reaction to another module's event, its label: `public_id("employee", 7)`.
    Raises LookupError for a label that no model has.
    """
    if not isinstance(kind, str):
        return kind_of(kind).encode(row_id)
    if kind not in _kinds:
        raise LookupError(f"no model has the id_kind {kind!r}, but: {', '.join(sorted(_kinds))}")
    return _kinds[kind].encode(row_id)


if TYPE_CHECKING:
    _Key = TypeAliasType("_Key", int, type_params=(ROW,))
else:

    class _Key(Generic[ROW]):
        """An int that is the key of a ROW; never instantiated."""


def kinds_in(annotation: Any, _seen: set[object] | None = None) -> "set[type[Identified] | TypeVar]":
    """What the ids in a type name, in the fields of its classes too; a TypeVar for an id that does not say it."""
    seen: set[object] = set() if _seen is None else _seen
    if get_origin(annotation) is _Key:
        return set(get_args(annotation))
    parts: list[Any] = list(get_args(annotation))
    if type(annotation).__name__ == "TypeAliasType":  # there are two: of Python 3.12, and of typing_extensions
        parts.append(annotation.__value__)
    elif isinstance(annotation, type) and annotation not in seen:
        seen.add(annotation)
        parts += _types_of_fields(annotation)
    return set().union(*(kinds_in(part, seen) for part in parts))


def _types_of_fields(kind: type) -> list[Any]:
    if issubclass(kind, BaseModel):
        computed = kind.model_computed_fields.values()
        return [field.annotation for field in kind.model_fields.values()] + [each.return_type for each in computed]
    if is_dataclass(kind) or is_typeddict(kind) or hasattr(kind, "_fields"):  # the last: of a NamedTuple
        return list(get_type_hints(kind, include_extras=True).values())
    return []


@dataclass(frozen=True, slots=True)
class _ReadAs:
    """What pydantic takes a `_Key` for, once its kind is known; an int in a generic class that leaves the kind open."""

    of: Callable[[Kind], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (named,) = kinds_in(source)
        return handler.generate_schema(int if isinstance(named, TypeVar) else self.of(kind_of(named)))


def _incoming(kind: Kind) -> Any:
    return Annotated[int, BeforeValidator(partial(_decoded, kind)), WithJsonSchema(_json_schema(kind))]


def _incoming_parent(kind: Kind) -> Any:
    wire = {"anyOf": [_json_schema(kind), {"const": 0, "type": "integer"}, {"type": "null"}]}
    return Annotated[int | None, BeforeValidator(partial(_decoded_parent, kind)), WithJsonSchema(wire)]


def _outgoing(kind: Kind) -> Any:
    written = PlainSerializer(kind.encode, return_type=str)
    return Annotated[int, _InJson(partial(_decoded, kind)), written, WithJsonSchema(_json_schema(kind))]


@dataclass(frozen=True, slots=True)
class _InJson:
    """Reads a key from JSON as it was written there: an answer that was kept is read again."""

    decode: Callable[[object], int]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.no_info_plain_validator_function(self.decode)
        return core_schema.json_or_python_schema(json_schema=read, python_schema=handler(source))


def _json_schema(kind: Kind) -> dict[str, Any]:
    description = f"id of the kind {kind.label!r}"
    return {"type": "string", "minLength": MIN_LENGTH, "description": description, "examples": ["Uk8dL2xq"]}


def _decoded(kind: Kind, value: object) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("sqid", "an id is a string of at least 8 characters")
    if len(value) <= MAX_LENGTH:
        try:
            return kind.decode(value)
        except ValueError:
            pass
    facts = {"shown": repr(value[:40]), "kind": kind.label}
    raise PydanticCustomError("sqid", "{shown} is not the id of a row of the kind '{kind}'", facts)


def _decoded_parent(kind: Kind, value: object) -> int | None:
    is_root = value is None or value == "0" or (type(value) is int and value == 0)  # neither False nor 0.0
    return None if is_root else _decoded(kind, value)


SqidId = Annotated[_Key[ROW], _ReadAs(_incoming)]
"""`SqidId[Employee]`, a key that comes in, in a path or a body: a string on the wire, an int in Python."""

SqidList = Annotated[list[SqidId[ROW]], Field(max_length=1000)]
"""Keys that come in, a thousand at most: each costs some microseconds to decode, and a place in a statement."""

PublicId = Annotated[_Key[ROW], _ReadAs(_outgoing)]
"""`PublicId[Employee]`, a key that goes out: an int in Python, a string on the wire."""

ParentId = Annotated[_Key[ROW] | None, _ReadAs(_incoming_parent)]
"""The key of a tree's parent that comes in: null, 0 and "0" mean a root, which is None in Python."""


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):  # which Python counts among the integers, and Pydantic with it
        raise PydanticCustomError("int_type", "true and false are not numbers")
    return value


_IS_NO_BOOL = BeforeValidator(_refuse_bool)

Integer = Annotated[int, _IS_NO_BOOL]
"""A number without a fraction, and neither true nor false. A field of a request also needs bounds: Int32, or its own."""

# The bounds before the validator: behind it Pydantic tells OpenAPI of "ge" and "le", which no JSON Schema knows.
Int16 = Annotated[int, Field(ge=-(2**15), le=2**15 - 1), _IS_NO_BOOL]
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1), _IS_NO_BOOL]
Int64 = Annotated[int, Field(ge=-(2**63), le=MAX_ID), _IS_NO_BOOL]

"""Public ids: one string for each row, and nothing else is one."""

import random
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kernel import ids
from kernel.ids import MAX_ID, Int16, Int32, Int64, ParentId, PublicId, PublicParentId, SqidId, SqidList, decode, encode
from kernel.settings import settings
from tests.platform.kernel.conftest import Configure

ROWS = [0, 1, 2, 61, 62, 999_999, 2**31, 2**53, MAX_ID - 1, MAX_ID]

sqid, parent = TypeAdapter[Any](SqidId), TypeAdapter[Any](ParentId)
public, public_parent = TypeAdapter[Any](PublicId), TypeAdapter[Any](PublicParentId)


@pytest.mark.parametrize("row_id", ROWS)
def test_an_id_comes_back(row_id: int) -> None:
    public_id = encode(row_id)
    assert decode(public_id) == row_id
    assert len(public_id) >= 8
    assert public_id.isascii()
    assert public_id.isalnum()


def test_every_row_has_an_id_of_its_own() -> None:
    rows = random.Random(1).sample(range(2**40), 2000)
    assert len({encode(row_id) for row_id in rows}) == len(rows)
    assert [decode(encode(row_id)) for row_id in rows] == rows


def test_no_row_has_a_negative_id_or_one_that_a_database_cannot_hold() -> None:
    for row_id in (-1, MAX_ID + 1):
        with pytest.raises(ValueError, match="between 0 and"):
            encode(row_id)


def test_links_last_as_long_as_the_seed() -> None:
    """Written down, so that no change of the code or of the library breaks the links that people have kept."""
    assert [encode(row_id) for row_id in (1, 2, MAX_ID)] == ["lUi68Lm4", "EzQCOpsE", "iHu82mF34AJt"]


def test_another_seed_gives_other_ids(configure: Configure) -> None:
    ours = [encode(row_id) for row_id in ROWS]
    configure(SQIDS_SEED="another seed")
    theirs = [encode(row_id) for row_id in ROWS]
    assert not set(ours) & set(theirs)
    understood = []
    for public_id, row_id in zip(ours, ROWS, strict=True):
        try:
            understood.append(decode(public_id) == row_id)
        except ValueError:
            understood.append(False)
    assert not any(understood)
    configure(SQIDS_SEED="a seed for tests")
    assert [encode(row_id) for row_id in ROWS] == ours


@pytest.mark.parametrize("row_id", [1, 61, 999_999])
def test_an_alias_of_an_id_is_none(row_id: int) -> None:
    """Sqids reads many strings as one number; all but one of them are refused."""
    public_id = encode(row_id)
    alphabet = "".join(chr(code) for code in range(128) if chr(code).isalnum())
    variants = {public_id[:at] + letter + public_id[at + 1 :] for at in range(len(public_id)) for letter in alphabet}
    aliases = [each for each in variants - {public_id} if ids._sqids(settings().sqids_key).decode(each) == [row_id]]
    assert aliases
    for alias in aliases:
        with pytest.raises(ValueError, match="is not an id of this system"):
            decode(alias)


def test_what_is_no_single_row_is_refused() -> None:
    sqids = ids._sqids(settings().sqids_key)
    beyond = sqids._Sqids__encode_numbers([MAX_ID + 1], 0)  # pyright: ignore[reportAttributeAccessIssue]  encode() refuses to
    assert sqids.decode(beyond) == [MAX_ID + 1]
    for public_id in (
        "",
        "a",
        "not-an-id",
        "1",
        "ÄÖÜäöüßé",
        " " + encode(1),
        encode(1) + "\n",
        sqids.encode([1, 2]),
        beyond,
    ):
        with pytest.raises(ValueError, match="is not an id of this system"):
            decode(public_id)


def test_ids_are_computed_once(configure: Configure) -> None:
    configure()
    assert [decode(encode(7)) for _ in range(3)] == [7, 7, 7]
    assert (encode.cache_info().misses, decode.cache_info().misses) == (1, 1)
    assert encode.cache_info().maxsize is not None  # or a caller who asks for ever more ids fills the memory


@pytest.mark.parametrize("adapter", [sqid, parent])
def test_what_comes_in_is_a_string(adapter: TypeAdapter[Any]) -> None:
    assert adapter.validate_python(encode(7)) == 7
    for value in (
        7,
        7.0,
        0.0,
        True,
        False,
        [encode(7)],
        {"id": encode(7)},
        b"12345678",
        "7",
        "",
        encode(7) * 9,
        "\ud800",
    ):
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


@pytest.mark.parametrize("value", [None, 0, "0"])
def test_only_a_root_has_no_parent(value: object) -> None:
    assert parent.validate_python(value) is None
    with pytest.raises(ValidationError):
        sqid.validate_python(value)


def test_what_goes_out_is_made_of_an_integer() -> None:
    assert public.dump_json(public.validate_python(7)) == f'"{encode(7)}"'.encode()
    for value in (encode(7), None):
        with pytest.raises(ValidationError):
            public.validate_python(value)


def test_a_thousand_come_in_at_most() -> None:
    many = TypeAdapter[Any](SqidList)
    assert many.validate_python([encode(7)] * 1000) == [7] * 1000
    with pytest.raises(ValidationError):
        many.validate_python([encode(7)] * 1001)


def test_a_refusal_shows_no_more_than_the_beginning() -> None:
    with pytest.raises(ValidationError) as refused:
        sqid.validate_python("x" * 10_000)
    (error,) = refused.value.errors()
    assert error["msg"] == f"{'x' * 40!r} is not an id of this system"


def test_a_root_is_zero_on_the_wire() -> None:
    assert public_parent.dump_json(None) == b"0"
    assert public_parent.dump_json(7) == f'"{encode(7)}"'.encode()


def test_they_are_described_as_they_are() -> None:
    for adapter in (sqid, public):
        schema = adapter.json_schema()
        assert (schema["type"], schema["minLength"]) == ("string", 8)
    for adapter in (parent, public_parent):
        one, root = adapter.json_schema(mode="serialization")["anyOf"]
        assert (one["type"], root) == ("string", {"const": 0, "type": "integer"})


@pytest.mark.parametrize(("kind", "bits"), [(Int16, 16), (Int32, 32), (Int64, 64)])
def test_integers_fit_their_columns(kind: Any, bits: int) -> None:
    integer = TypeAdapter[Any](kind)
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    assert (integer.validate_python(least), integer.validate_python(most)) == (least, most)
    for value in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            integer.validate_python(value)

"""Public ids: one string for each row, and nothing else is one."""

import random
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError, computed_field
from typing_extensions import TypeAliasType, TypedDict

from kernel import ids
from kernel.errors.operator import DeclarationError
from kernel.ids import (
    MAX_ID,
    Int16,
    Int32,
    Int64,
    ParentId,
    PublicId,
    SqidId,
    SqidList,
    check_kinds,
    kind_of,
    kinds_in,
    public_id,
)
from kernel.schema.records import Updated
from kernel.settings import settings
from tests.platform.kernel.conftest import Configure

ROWS = [0, 1, 2, 61, 62, 999_999, 2**31, 2**53, MAX_ID - 1, MAX_ID]


class Shop:
    id_kind = "shop"


class Order:
    id_kind = "order"


shops = kind_of(Shop)
encode, decode = shops.encode, shops.decode
sqid, parent = TypeAdapter[Any](SqidId[Shop]), TypeAdapter[Any](ParentId[Shop])
public = TypeAdapter[Any](PublicId[Shop])


@pytest.mark.parametrize("row_id", ROWS)
def test_an_id_comes_back(row_id: int) -> None:
    text = encode(row_id)
    assert decode(text) == row_id
    assert len(text) >= 8
    assert text.isascii()
    assert text.isalnum()


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
    assert [encode(row_id) for row_id in (1, 2, MAX_ID)] == ["qrFfNrbP", "Vnib8qoK", "N56Z72sCPQ0eKgfJ"]


def test_another_seed_gives_other_ids(configure: Configure) -> None:
    ours = [encode(row_id) for row_id in ROWS]
    configure(SQIDS_SEED="another seed")
    theirs = [encode(row_id) for row_id in ROWS]
    assert not set(ours) & set(theirs)
    understood = []
    for text, row_id in zip(ours, ROWS, strict=True):
        try:
            understood.append(decode(text) == row_id)
        except ValueError:
            understood.append(False)
    assert not any(understood)
    configure(SQIDS_SEED="a seed for tests")
    assert [encode(row_id) for row_id in ROWS] == ours


@pytest.mark.parametrize("row_id", ROWS)
def test_an_id_names_one_kind_of_row(row_id: int) -> None:
    of_an_order = public_id(Order, row_id)
    assert of_an_order != public_id(Shop, row_id)
    assert kind_of(Order).decode(of_an_order) == row_id
    for adapter in (sqid, parent):
        with pytest.raises(ValidationError, match=f"'{of_an_order}' is not the id of a row of the kind 'shop'"):
            adapter.validate_python(of_an_order)


def test_a_kind_is_said_by_a_class_or_by_its_label() -> None:
    assert public_id(Shop, 7) == public_id("shop", 7) == encode(7)
    with pytest.raises(LookupError, match=r"no model has the id_kind 'shpo', but: .*shop"):
        public_id("shpo", 7)


def test_a_class_without_a_kind_names_no_row() -> None:
    with pytest.raises(DeclarationError, match=r'Bare has no id_kind.* add to its class: id_kind = "bare"'):
        TypeAdapter(SqidId[type("Bare", (), {})])  # pyright: ignore[reportInvalidTypeForm]  what a type checker refuses


def test_two_kinds_of_one_number_are_refused() -> None:
    check_kinds([Shop, Order, int, Shop])
    by_number: dict[int, str] = {}
    for word in (f"kind {number}" for number in range(10_000)):  # 65,536 numbers: some two words meet
        if other := by_number.get(number := ids.Kind(word).number):
            break
        by_number[number] = word
    else:
        raise AssertionError("no two words met")
    one, two = type("One", (), {"id_kind": other}), type("Two", (), {"id_kind": word})
    for pair in ([one, two], [Shop, type("AnotherShop", (), {"id_kind": "shop"})]):
        with pytest.raises(
            DeclarationError, match=r"one id would name a row of both .*give one of them another id_kind"
        ):
            check_kinds(pair)


class Reorder(BaseModel):
    shop_id: SqidId[Shop]
    earlier: list["Reorder"]
    also: SqidList[Order] | None


@dataclass
class Leaflet:
    shop_id: PublicId


class Parcel(NamedTuple):
    shop_id: PublicId


class Label(TypedDict):
    shop_id: PublicId


class Shelf(BaseModel):
    @computed_field
    @property
    def shop_id(self) -> PublicId: ...


Ids = TypeAliasType("Ids", list[PublicId])


@pytest.mark.parametrize("kind", [Leaflet, Parcel, Label, Shelf, Ids])
def test_an_open_id_is_found_in_whatever_pydantic_reads(kind: Any) -> None:
    """It would be an integer on the wire."""
    assert [type(named) for named in kinds_in(dict[str, kind])] == [TypeVar]


def test_what_the_ids_of_a_type_name() -> None:
    assert kinds_in(Reorder) == kinds_in(dict[str, list[Reorder]]) == {Shop, Order}
    assert kinds_in(int | None) == set()
    assert [type(kind) for kind in kinds_in(SqidId)] == [TypeVar]
    assert [type(kind) for kind in kinds_in(Updated)] == [TypeVar]
    assert kinds_in(Updated[Shop]) == {Shop}


@pytest.mark.parametrize("row_id", [1, 61, 999_999])
def test_an_alias_of_an_id_is_none(row_id: int) -> None:
    """Sqids reads many strings as one number; all but one of them are refused."""
    sqids = ids._sqids(settings().sqids_key)
    aliases = {
        sqids._Sqids__encode_numbers([shops.number, row_id], attempt)  # pyright: ignore[reportAttributeAccessIssue]  encode() makes the first
        for attempt in range(1, 40)
    }
    assert encode(row_id) not in aliases
    assert {tuple(sqids.decode(alias)) for alias in aliases} == {(shops.number, row_id)}
    for alias in aliases:
        with pytest.raises(ValueError, match="is not "):
            decode(alias)


def test_what_is_no_single_row_is_refused() -> None:
    sqids = ids._sqids(settings().sqids_key)
    beyond = sqids._Sqids__encode_numbers([shops.number, MAX_ID + 1], 0)  # pyright: ignore[reportAttributeAccessIssue]  encode() refuses to
    assert sqids.decode(beyond) == [shops.number, MAX_ID + 1]
    for text in (
        "",
        "a",
        "not-an-id",
        "1",
        "ÄÖÜäöüßé",
        " " + encode(1),
        encode(1) + "\n",
        sqids.encode([1]),
        sqids.encode([shops.number, 1, 2]),
        sqids.encode([shops.number + 1, 1]),
        beyond,
    ):
        with pytest.raises(ValueError, match="is not "):
            decode(text)


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
    many = TypeAdapter[Any](SqidList[Shop])
    assert many.validate_python([encode(7)] * 1000) == [7] * 1000
    with pytest.raises(ValidationError):
        many.validate_python([encode(7)] * 1001)


def test_a_refusal_shows_no_more_than_the_beginning() -> None:
    with pytest.raises(ValidationError) as refused:
        sqid.validate_python("x" * 10_000)
    (error,) = refused.value.errors()
    assert error["msg"] == f"{'x' * 40!r} is not the id of a row of the kind 'shop'"


def test_they_are_described_as_they_are() -> None:
    for adapter in (sqid, public):
        schema = adapter.json_schema()
        assert (schema["type"], schema["minLength"]) == ("string", 8)
        assert schema["description"] == "id of the kind 'shop'"
    one, zero, null = parent.json_schema()["anyOf"]
    assert (one["type"], zero, null) == ("string", {"const": 0, "type": "integer"}, {"type": "null"})


@pytest.mark.parametrize(("kind", "bits"), [(Int16, 16), (Int32, 32), (Int64, 64)])
def test_integers_fit_their_columns(kind: Any, bits: int) -> None:
    integer = TypeAdapter[Any](kind)
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    assert (integer.validate_python(least), integer.validate_python(most)) == (least, most)
    assert integer.json_schema() == {"type": "integer", "minimum": least, "maximum": most}
    for value in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            integer.validate_python(value)
    for boolean in (True, False):
        with pytest.raises(ValidationError, match="true and false are not numbers"):
            integer.validate_python(boolean)

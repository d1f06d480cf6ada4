"""camelCase on the wire, snake_case in Python, and the types that bodies are made of."""

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kernel.ids import encode
from kernel.schema.base import Schema, omittable, wire_name
from kernel.schema.records import AuditedRecord, BatchDeleted, BatchDeleteRequest, Created, Deleted, Updated
from kernel.schema.types import (
    BlankIsNone,
    Email,
    Gender,
    LongText,
    Millis,
    NullIsDefault,
    Phone,
    ShortText,
    Status,
    UserName,
    format_local,
    to_millis,
)
from tests.conftest import NOW
from tests.platform.kernel.conftest import Configure

END_OF_9999 = 253_402_300_799_999

millis = TypeAdapter[Any](Millis)


class UpdateShopRequest(Schema):
    shop_name: str = omittable()
    i18n_key: str | None = None
    open_hours: int = 8


@pytest.mark.parametrize(
    ("name", "on_the_wire"),
    [
        ("id", "id"),
        ("created_at", "createdAt"),
        ("i18n_key", "i18nKey"),
        ("has_2fa", "has2fa"),
        ("by_user_role_code_list", "byUserRoleCodeList"),
        ("fixed_index_in_tab", "fixedIndexInTab"),
    ],
)
def test_names_on_the_wire(name: str, on_the_wire: str) -> None:
    assert wire_name(name) == on_the_wire


@pytest.mark.parametrize("body", ['{"shopName": "A", "i18nKey": "k"}', '{"shop_name": "A", "i18n_key": "k"}'])
def test_both_spellings_come_in_and_one_goes_out(body: str) -> None:
    request = UpdateShopRequest.model_validate_json(body)
    assert (request.shop_name, request.i18n_key) == ("A", "k")
    assert request.model_dump_json() == '{"shopName":"A","i18nKey":"k","openHours":8}'


def test_our_code_uses_the_names_of_python() -> None:
    assert UpdateShopRequest(shop_name="A").model_dump() == {"shopName": "A", "i18nKey": None, "openHours": 8}


def test_unknown_fields_are_ignored() -> None:
    request = UpdateShopRequest.model_validate({"shopName": "A", "isAdmin": True, "__class__": "x"})
    assert not hasattr(request, "isAdmin")
    assert request.changes() == {"shop_name": "A"}


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ({}, {}),
        ({"i18nKey": None}, {"i18n_key": None}),
        ({"open_hours": 8, "shopName": "A"}, {"shop_name": "A", "open_hours": 8}),
    ],
)
def test_a_patch_changes_what_was_sent(body: dict[str, Any], changes: dict[str, Any]) -> None:
    assert UpdateShopRequest.model_validate(body).changes() == changes


def test_what_may_be_left_out_may_still_not_be_null() -> None:
    assert UpdateShopRequest.model_validate({}).shop_name is None
    with pytest.raises(ValidationError, match="shopName"):
        UpdateShopRequest.model_validate({"shopName": None})
    schema = UpdateShopRequest.model_json_schema()
    assert "required" not in schema
    assert schema["properties"]["shopName"]["type"] == "string"


def test_enumerations_are_those_of_the_front_end() -> None:
    assert (Status.ENABLED, Status.DISABLED) == ("1", "2")
    assert (Gender.MALE, Gender.FEMALE, Gender.UNKNOWN) == ("1", "2", "3")


# --- times


def test_no_millisecond_is_lost() -> None:
    """`int(moment.timestamp() * 1000)` is off by one for about one in a hundred of these."""
    chance = random.Random(2026)
    for sent in (0, 1, END_OF_9999, *(chance.randrange(END_OF_9999) for _ in range(2000))):
        moment = millis.validate_python(sent)
        assert (moment.tzinfo, moment.microsecond) == (UTC, sent % 1000 * 1000)
        assert millis.dump_json(moment) == str(sent).encode()


def test_what_is_less_than_a_millisecond_is_dropped() -> None:
    moment = datetime(2026, 1, 15, 8, 30, 0, 999_999, tzinfo=UTC)
    assert to_millis(moment) == to_millis(moment.replace(microsecond=999_000))


def test_a_moment_is_the_same_in_every_zone() -> None:
    assert to_millis(NOW.astimezone(timezone(timedelta(hours=-5)))) == to_millis(NOW) == 1_768_465_800_000


@pytest.mark.parametrize("value", [-1, END_OF_9999 + 1, 10**30, 1.0, True, "1768465800000", "2026-01-15", None, [1]])
def test_a_time_is_an_integer(value: object) -> None:
    with pytest.raises(ValidationError):
        millis.validate_python(value)


def test_our_own_code_has_datetimes() -> None:
    assert millis.validate_python(NOW) == NOW


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("UTC", datetime(2026, 1, 15, 8, 30, 59, 999_999, tzinfo=UTC), "2026-01-15 08:30:59"),
        ("Europe/Berlin", datetime(2026, 1, 15, 23, 30, tzinfo=UTC), "2026-01-16 00:30:00"),
        ("Europe/Berlin", datetime(2026, 7, 15, 8, 30, tzinfo=UTC), "2026-07-15 10:30:00"),
        ("Asia/Kathmandu", datetime(2026, 1, 15, 8, 30, tzinfo=UTC), "2026-01-15 14:15:00"),
    ],
)
def test_readers_see_the_time_of_their_zone(zone: str, moment: datetime, shown: str, configure: Configure) -> None:
    configure(APP_TIMEZONE=zone)
    assert format_local(moment) == shown


def test_a_record_says_who_wrote_it_and_when(configure: Configure) -> None:
    configure(APP_TIMEZONE="Asia/Shanghai")
    row = {"id": 7, "created_by": "ann", "created_at": NOW, "updated_by": None, "updated_at": NOW + timedelta(hours=1)}
    assert AuditedRecord.model_validate(row).model_dump(mode="json") == {
        "id": encode(7),
        "createdBy": "ann",
        "createdAt": 1_768_465_800_000,
        "fmtCreatedAt": "2026-01-15 16:30:00",
        "updatedBy": None,
        "updatedAt": 1_768_469_400_000,
        "fmtUpdatedAt": "2026-01-15 17:30:00",
    }


# --- texts


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        (ShortText, [("  A b ", "A b"), ("x" * 100, "x" * 100), ("é", "é")]),
        (LongText, ["", " as is ", "x" * 500]),
        (UserName, ["ann", "A.b-c_9", "ab", "x" * 64]),
        (Email, ["ann@example.com", (" Ann@B.local ", "ann@b.local"), "a+b@c.d.test", "é@ü.de"]),
        (Phone, [("+49 (30) 123-456", "+4930123456"), "12345", (" 138 0013 8000 ", "13800138000")]),
    ],
)
def test_texts_that_are_accepted(kind: Any, accepted: list[str | tuple[str, str]]) -> None:
    text = TypeAdapter[Any](kind)
    for each in accepted:
        sent, kept = each if isinstance(each, tuple) else (each, each)
        assert text.validate_python(sent) == kept


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        (ShortText, ["", "   ", "x" * 101, None, 1]),
        (LongText, ["x" * 501, None]),
        (UserName, ["", "a", "x" * 65, "a b", "ann\n", " ann", "änn", "\u0430nn", "a/b"]),
        (Email, ["", "ann", "@b.c", "a@b", "a@b@c.d", "a b@c.d", "a@b.c\nd", f"{'x' * 250}@b.cd"]),
        (Phone, ["", "1234", "abcde", "++4912345", "12345x", "1" * 32, "\uff11\uff12\uff13\uff14\uff15", "12345\n6"]),
    ],
)
def test_texts_that_are_refused(kind: Any, refused: list[object]) -> None:
    text = TypeAdapter[Any](kind)
    for each in refused:
        with pytest.raises(ValidationError):
            text.validate_python(each)


def test_a_form_clears_a_field_with_an_empty_text() -> None:
    email = TypeAdapter[Any](Annotated[Email | None, BlankIsNone])
    assert email.validate_python("") is None
    assert email.validate_python(None) is None
    assert email.validate_python("a@b.cd") == "a@b.cd"
    with pytest.raises(ValidationError):
        email.validate_python("ann")


def test_null_may_stand_for_the_default() -> None:
    class Shop(Schema):
        floors: Annotated[int, NullIsDefault] = 1

    assert [Shop.model_validate(body).floors for body in ({}, {"floors": None}, {"floors": 0})] == [1, 1, 0]
    with pytest.raises(ValidationError):
        Shop.model_validate({"floors": ""})


# --- the answers that every resource has


def test_what_was_written_is_named_by_its_id() -> None:
    assert Created(created_id=7).model_dump() == {"createdId": encode(7)}
    assert Updated(updated_id=7).model_dump() == {"updatedId": encode(7)}
    assert Deleted(deleted_id=7).model_dump() == {"deletedId": encode(7)}
    assert BatchDeleted(deleted_ids=[7, 8]).model_dump() == {"deletedIds": [encode(7), encode(8)]}


def test_a_batch_has_each_id_once_and_a_thousand_at_most() -> None:
    thousand = [encode(row_id) for row_id in range(1, 1001)]
    assert BatchDeleteRequest.model_validate({"ids": thousand}).ids == list(range(1, 1001))
    assert BatchDeleteRequest.model_validate({"ids": [encode(7), encode(8), encode(7)]}).ids == [7, 8]
    for ids in ([], [*thousand, encode(1001)]):
        with pytest.raises(ValidationError):
            BatchDeleteRequest.model_validate({"ids": ids})

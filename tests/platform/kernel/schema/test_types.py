"""The types that bodies are made of."""

import random
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kernel.schema.types import (
    Amount,
    Date,
    Email,
    Gender,
    Line,
    LongText,
    Millis,
    Password,
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


# --- texts


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        (ShortText, [("  A b ", "A b"), ("x" * 100, "x" * 100), ("é", "é")]),
        (LongText, ["", " as is ", "x" * 500]),
        (UserName, ["ann", "A.b-c_9", "ab", "x" * 64]),
        (Email, ["ann@example.com", (" Ann@B.local ", "ann@b.local"), "a+b@c.d.test", "é@ü.de"]),
        (Password, ["x", " as is ", "x" * 128]),
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
        (Password, ["", "x" * 129, None]),
        (Phone, ["", "1234", "abcde", "++4912345", "12345x", "1" * 32, "\uff11\uff12\uff13\uff14\uff15", "12345\n6"]),
    ],
)
def test_texts_that_are_refused(kind: Any, refused: list[object]) -> None:
    text = TypeAdapter[Any](kind)
    for each in refused:
        with pytest.raises(ValidationError):
            text.validate_python(each)


# --- dates and amounts

day = TypeAdapter[Any](Date)
amount = TypeAdapter[Any](Amount)


def test_a_date_goes_out_as_it_came_in() -> None:
    assert day.validate_python("2026-01-15") == date(2026, 1, 15)
    assert day.dump_json(date(2026, 1, 15)) == b'"2026-01-15"'
    assert day.validate_python(date(2026, 1, 15)) == date(2026, 1, 15)


@pytest.mark.parametrize(
    "value",
    [0, 86_400, True, "0", "20260115", "2026-1-5", "2026-01-15T00:00:00", "2026-02-30", "0000-01-01", None, NOW],
)
def test_a_date_is_a_text_of_one_form(value: object) -> None:
    """Pydantic by itself makes 1970-01-01 of a 0, and drops the time of a moment."""
    with pytest.raises(ValidationError):
        day.validate_python(value)


@pytest.mark.parametrize("value", ["12.5", "12.50", 12.5, Decimal("12.5"), " +12.5 "])
def test_an_amount_loses_nothing(value: object) -> None:
    assert amount.validate_python(value) == Decimal("12.5")
    assert amount.dump_json(Decimal("12.50")) == b'"12.50"'
    assert amount.validate_python("9" * 16 + ".99") == Decimal("9" * 16 + ".99")


@pytest.mark.parametrize(
    "value",
    [
        "1e999999",
        1e300,
        "1_000",
        "\uff11\uff12",
        "NaN",
        "Infinity",
        float("nan"),
        "0.001",
        "9" * 17,
        "9" * 400,
        "",
        True,
        None,
    ],
)
def test_an_amount_is_a_plain_number_of_two_places(value: object) -> None:
    """An exponent is taken by Pydantic and by SQLite, and cannot be sent to PostgreSQL."""
    with pytest.raises(ValidationError):
        amount.validate_python(value)


# --- what can be seen


@pytest.mark.parametrize(
    "name",
    [
        "O\u2019Brien",
        "Nguy\u1ec5n V\u0103n A",
        "Ange\u0301lique",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\u09b0\u200d\u09cd\u09af\u09be\u099a\u09c7\u09b2",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
        "\u0d85\u0db1\u0dd4\u0dbb\u0dcf",
        "\U0001f469\u200d\U0001f4bb",
        "\U0001f575\U0001f3fb\u200d\u2642\ufe0f",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "I \u2764\ufe0f Rome \u203c\ufe0f",
        "\U0001fae9 of Unicode 16",
        "\u5f20\u3000\u4f1f",
    ],
    ids=ascii,
)
def test_names_of_every_script_are_names(name: str) -> None:
    """With joiners in Persian, Hindi, Bengali, Sinhala and emoji, with emoji newer than this Python."""
    assert TypeAdapter(ShortText).validate_python(name) == name


@pytest.mark.parametrize("name", ["\u0301", "\u0301 \u0308", "\u3000", "\u00a0\u2009"], ids=ascii)
def test_a_name_that_nobody_sees_is_none(name: str) -> None:
    with pytest.raises(ValidationError, match=r"that can be seen|at least 1 character"):
        TypeAdapter(ShortText).validate_python(name)


INVISIBLE = [chr(each) for each in range(0x110000) if unicodedata.category(chr(each)) in ("Cc", "Cf", "Zl", "Zp")]
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\ufff0\U0001d159"
SELECTORS = "\ufe00\ufe0d\ufe0e\ufe0f\U000e0100\U000e01ef"
PRIVATE, TAGS = "\ue000\uf8ff\U000f0000\U0010fffd", "\U000e0001\U000e0041\U000e007f\U000e0fff"


def test_no_name_holds_what_nobody_sees() -> None:
    """Nobody could tell two people apart by it. What is drawn as nothing is refused wherever it stands."""
    line = TypeAdapter(ShortText)
    assert len(INVISIBLE) > 200
    for char in (*INVISIBLE, *FILLERS, *SELECTORS, *PRIVATE, *TAGS):
        for name in (f"An{char}n", f"Ann {char}", f"{char}Ann", f"\u5f20{char}\u4f1f", f"\u5f20{char}"):
            if name == name.strip():
                with pytest.raises(ValidationError, match="must not contain"):
                    line.validate_python(name)


@pytest.mark.parametrize(
    "name",
    [
        "\u0645\u06cc\u200c",
        "\u200c\u0645\u06cc",
        "\u0645\u06cc\u200c\u200c\u062e",
        "\u0645\u06cc\u200c \u062e",
        "\u0645\u06cc\u200cx",
        "\u0645\u200d\u06cc",
        "\u0915\u094d\u200dk",
        "\u0915\u200d\u0937",
        "\u05d0\u200c\u05d1",
        "\U0001f469\u200d",
        "\U0001f469\u200d\u200d\U0001f4bb",
        "\U0001f469\u200c\U0001f4bb",
        "\U0001f469\u200d\u0645",
        "\u2764\ufe0f\ufe0f",
        "\u0645\ufe0f",
        "1\ufe0f",
    ],
    ids=ascii,
)
def test_a_joiner_stands_where_it_changes_what_is_seen(name: str) -> None:
    """Not at an end, not doubled, not beside a blank or a Latin letter, nor between those that never join."""
    with pytest.raises(ValidationError, match="must not contain"):
        TypeAdapter(ShortText).validate_python(name)


def test_a_line_is_as_long_as_it_says_and_no_character_longer() -> None:
    line = TypeAdapter(Annotated[str, Line(3)])
    assert line.validate_python("  a\u2764\ufe0f ") == "a\u2764\ufe0f"
    assert line.json_schema() == {"type": "string", "minLength": 1, "maxLength": 3}
    for text in ("abcd", " ", "a\u200b"):
        with pytest.raises(ValidationError):
            line.validate_python(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ann\nBob", "U\\+000A"),
        ("Ann\rBob", "U\\+000D"),
        ("Ann\tBob", "U\\+0009"),
        ("\x1b[31mAnn", "U\\+001B"),
        ("Ann\x7f", "U\\+007F"),
        ("Ann\x9b2J", "U\\+009B"),
        ("Ann\u2028Bob", "U\\+2028"),
        ("\u202egpj.exe", "U\\+202E .RIGHT-TO-LEFT OVERRIDE"),
        ("Ann\u2066 ", "U\\+2066"),
        ("Ann\u200bBob", "U\\+200B .ZERO WIDTH SPACE"),
        ("\u05d0\u05d1\u200f (IT)", "U\\+200F .RIGHT-TO-LEFT MARK"),
        ("Ann\ue000", "U\\+E000 .an invisible character"),
    ],
    ids=ascii,
)
def test_a_name_is_one_line_that_steers_nothing(text: str, shown: str) -> None:
    """Neither the terminal of whoever reads a log nor the direction of the text behind it. The character is named."""
    with pytest.raises(ValidationError, match=f"must not contain {shown}"):
        TypeAdapter(ShortText).validate_python(text)


def test_a_remark_may_have_lines_and_nothing_else_that_steers() -> None:
    long = TypeAdapter(LongText)
    assert long.validate_python("one\r\n\ttwo\u2029three") == "one\r\n\ttwo\u2029three"
    for text in ("\x1b[2J", "a\x00b", "a\u202eb", "\x85"):
        with pytest.raises(ValidationError, match="must not contain"):
            long.validate_python(text)


def test_an_address_hides_nothing_and_is_written_in_one_way() -> None:
    email = TypeAdapter(Email)
    for hidden in ("a\u200bnn@b.cd", "ann@b.c\u200dd", "a\x1b@b.cd", "a\u00adb@c.de", "a\u3164@b.cd"):
        with pytest.raises(ValidationError, match="no invisible characters"):
            email.validate_python(hidden)
    assert email.validate_python("E\u0301@b.cd") == email.validate_python("\u00e9@b.cd")

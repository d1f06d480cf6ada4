"""The types of fields that mean the same everywhere: statuses, moments, texts, names, addresses, numbers."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints
from pydantic import WithJsonSchema as JsonSchema
from pydantic_core import PydanticCustomError

from kernel.settings import settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MILLIS = 253_402_300_799_999  # the end of the year 9999, the last that a datetime can hold


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


def _iso_date(value: object) -> object:
    # Pydantic also takes a number, for days or seconds since 1970, and a moment, of which it drops the time.
    if type(value) is date or (isinstance(value, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return value
    raise PydanticCustomError("iso_date", "a date is a text of the form YYYY-MM-DD")


Date = Annotated[date, BeforeValidator(_iso_date), JsonSchema({"type": "string", "format": "date"})]
"""A day: "2026-01-15" on the wire, a date in Python. Its column is a DateField."""


def _plain_decimal(value: object) -> object:
    # Python's Decimal also takes 1_000, the digits of all scripts, and exponents that PostgreSQL does not.
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?[0-9]{1,30}(\.[0-9]{1,30})?\s*", value):
        raise PydanticCustomError("decimal_text", "an amount is a number or a text such as 12.50")
    return value


Amount = Annotated[Decimal, BeforeValidator(_plain_decimal), Field(max_digits=18, decimal_places=2)]
"""A sum of money, with two places: "12.50" on the wire (a number is taken as well), a Decimal in Python. Its column is a
DecimalField(18, 2). For other places: `Annotated[Decimal, Field(max_digits=9, decimal_places=4)]`; never without bounds.
"""

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and symbols by category, and yet nothing is drawn: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_TAGS_AND_SELECTORS = range(0xE0000, 0xE1000)


def _refuse_controls(text: str, *, but: str = "") -> str:
    """The text, without characters that steer a terminal, end a line, or turn the direction of what follows them.

    Zero-width joiners and direction marks stay: Persian, Indic scripts, Khmer and emoji are written with them.
    """
    if not text.isprintable():
        for char in text:
            if char not in but and (unicodedata.category(char) in ("Cc", "Zl", "Zp") or char in _BIDI_CONTROLS):
                found = unicodedata.name(char, "a control character")
                shown = {"char": f"U+{ord(char):04X}", "name": found}
                raise PydanticCustomError("control_character", "this must not contain {char} ({name})", shown)
    return text


def _one_visible_line(text: str) -> str:
    if not any(map(_is_visible, _refuse_controls(text))):
        raise PydanticCustomError("invisible", "this needs at least one character that can be seen")
    return text


def _is_visible(char: str) -> bool:
    # What is not assigned in this Python's Unicode is tomorrow's emoji. A mark is seen on the letter before it.
    unseen = unicodedata.category(char)[0] in "ZM" or unicodedata.category(char) in ("Cc", "Cf")
    return not (unseen or char in _BLANK or ord(char) in _TAGS_AND_SELECTORS)


def _all_printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("invisible", "an address has no invisible characters")
    return text


ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_one_visible_line)
]
"""A name, a title: one line of one to a hundred characters, once the blanks around it are gone, of which one can be seen."""

LongText = Annotated[
    str,
    StringConstraints(max_length=500),
    AfterValidator(lambda text: _refuse_controls(text, but="\n\r\t\u2028\u2029")),
]
"""A remark, a description: lines and tabs, and no other control characters."""


UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{2,64}$")]
"""A sign-in name: 2 to 64 letters, digits, dots, hyphens and underscores, so that no two look alike."""

# Not EmailStr: it refuses the reserved domains (.local, .test) that internal systems live in.
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    AfterValidator(_all_printable),
    AfterValidator(lambda address: unicodedata.normalize("NFC", address)),
]
"""An address, in lower case and composed (NFC), so that one mailbox is not registered twice."""

Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()-]{4,30}$"),
    AfterValidator(lambda number: re.sub("[ ()-]", "", number)),
]
"""A number, without the blanks, hyphens and parentheses that people put in, so that it is not registered twice."""

Password = Annotated[str, StringConstraints(min_length=1, max_length=128)]
"""A password as somebody typed it; whether it may be chosen says `kernel.auth.passwords`."""

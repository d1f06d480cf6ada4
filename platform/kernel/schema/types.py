"""The types of fields that mean the same everywhere: statuses, moments, texts, names, addresses, numbers."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints
from pydantic import WithJsonSchema as JsonSchema
from pydantic_core import PydanticCustomError, core_schema

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
_REFUSED_IN_A_NAME = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
# Letters, marks and symbols by category, and yet nothing is drawn: fillers, blanks, variation selectors, tags.
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\U0001d159")
_BLANK_RANGES = (range(0xFE00, 0xFE10), range(0xFFF0, 0xFFF9), range(0xE0000, 0xE1000))
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_STYLES = ("\ufe0e", "\ufe0f")  # a symbol as text, as emoji
_EMOJI = ("So", "Sk", "Sm", "Cn")  # what is not assigned in this Python's Unicode is tomorrow's emoji
_VIRAMA = 9  # the combining class of the marks that join consonants in Indic scripts


def _one_visible_line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    for before, char, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if _is_invisible(char) and not _is_needed(before, char, after):
            raise _must_not_contain(char)
    if all(unicodedata.category(char)[0] in "ZM" for char in text):  # a mark is seen on the letter before it
        raise PydanticCustomError("invisible", "this needs at least one character that can be seen")
    return text


def _is_invisible(char: str) -> bool:
    blank = char in _BLANK or any(ord(char) in each for each in _BLANK_RANGES)
    return blank or unicodedata.category(char) in _REFUSED_IN_A_NAME


def _is_needed(before: str, char: str, after: str) -> bool:
    """Whether a joiner or a style of emoji stands where it changes what is seen; elsewhere names would look alike for it.

    Joiners do between letters beside a virama (Indic scripts), the non-joiner between Arabic letters (Persian), the joiner
    between emoji, and a style right after a symbol. For letters these are the rules of RFC 5892, appendix A, as far as
    Python knows their properties, and Bengali, where the virama may follow.
    """
    kinds = unicodedata.category(before), unicodedata.category(after)
    if char in _STYLES:
        return not before.isascii() and kinds[0] in (*_EMOJI, "Po", "Pd")
    if char not in (_NON_JOINER, _JOINER) or before.isascii() or after.isascii():
        return False
    if kinds[1] in _EMOJI:
        return char == _JOINER and (before in _STYLES or kinds[0] in _EMOJI)
    if any(kind[0] not in "LM" for kind in kinds):
        return False
    beside_virama = _VIRAMA in (unicodedata.combining(before), unicodedata.combining(after))
    return beside_virama or (char == _NON_JOINER and _is_arabic(before) and _is_arabic(after))


def _is_arabic(char: str) -> bool:
    return unicodedata.name(char, "").startswith("ARABIC ")


def _refuse_controls(text: str) -> str:
    """The text, without characters that steer a terminal or turn the direction of what follows them."""
    if not text.isprintable():
        for char in text:
            if char not in "\n\r\t" and (unicodedata.category(char) == "Cc" or char in _BIDI_CONTROLS):
                raise _must_not_contain(char)
    return text


def _must_not_contain(char: str) -> PydanticCustomError:
    unnamed = "a control character" if unicodedata.category(char) == "Cc" else "an invisible character"
    shown = {"char": f"U+{ord(char):04X}", "name": unicodedata.name(char, unnamed)}
    return PydanticCustomError("control_character", "this must not contain {char} ({name})", shown)


def _all_visible(text: str) -> str:
    if not text.isprintable() or any(map(_is_invisible, text)):
        raise PydanticCustomError("invisible", "an address has no invisible characters")
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """A name: one line, once the blanks around it are gone, of which at least one character can be seen, and none that is
    invisible or steers what shows it, but for joiners where a script needs them: `Annotated[str, Line(64)]`.
    """

    max_length: int

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> core_schema.CoreSchema:
        text = core_schema.str_schema(strip_whitespace=True, min_length=1, max_length=self.max_length)
        return core_schema.no_info_after_validator_function(_one_visible_line, text)


ShortText = Annotated[str, Line(100)]
"""A name, a title: a line of one to a hundred characters."""

LongText = Annotated[str, StringConstraints(max_length=500), AfterValidator(_refuse_controls)]
"""A remark, a description: lines and tabs, and no other control characters."""


UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{2,64}$")]
"""A sign-in name: 2 to 64 letters, digits, dots, hyphens and underscores, so that no two look alike."""

# Not EmailStr: it refuses the reserved domains (.local, .test) that internal systems live in.
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    AfterValidator(_all_visible),
    AfterValidator(lambda address: unicodedata.normalize("NFC", address)),
]
"""An address, in lower case and composed (NFC), so that one mailbox is not registered twice."""


def bare_phone(number: str) -> str:
    """A number or a part of one, without what people put between its digits."""
    return re.sub("[ ()-]", "", number.strip())


Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()-]{4,30}$"),
    AfterValidator(bare_phone),
]
"""A number, without the blanks, hyphens and parentheses that people put in, so that it is not registered twice."""

Password = Annotated[str, StringConstraints(min_length=1, max_length=128)]
"""A password as somebody typed it; whether it may be chosen says `kernel.auth.passwords`."""

"""camelCase on the wire, snake_case in Python, and what a request reads in one way."""

import io
import json
import random
from typing import Any

import pytest
from pydantic import MISSING, ValidationError
from structlog.testing import capture_logs

from kernel.context import set_use_case
from kernel.schema import base
from kernel.schema.base import Request, Schema, wire_name
from tests.conftest import SignedIn
from tests.platform.kernel.conftest import Configure


class UpdateShopRequest(Request):
    shop_name: str | MISSING = MISSING
    i18n_key: str | None = None
    open_hours: int = 8
    notes: list[str] = []


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
    assert request.model_dump_json() == '{"shopName":"A","i18nKey":"k","openHours":8,"notes":[]}'


def test_our_code_uses_the_names_of_python() -> None:
    assert UpdateShopRequest(shop_name="A").model_dump() == {
        "shopName": "A",
        "i18nKey": None,
        "openHours": 8,
        "notes": [],
    }


def test_unknown_fields_are_ignored() -> None:
    request = UpdateShopRequest.model_validate({"shopName": "A", "isAdmin": True, "__class__": "x"})
    assert not hasattr(request, "isAdmin")
    assert request.changes() == {"shop_name": "A"}


class CloseShopRequest(Request):
    shop_name: str = ""
    parts: list["UpdateShopRequest"] = []


def told(*bodies: dict[str, Any]) -> list[str]:
    """What is logged of the fields that these bodies have too many."""
    with capture_logs() as logs:
        for body in bodies:
            CloseShopRequest.model_validate(body)
    assert all((line["event"], line["log_level"]) == ("unknown fields ignored", "warning") for line in logs)
    return [f"{line['of']}: {line['fields']}" for line in logs]


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    base._told.clear()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"shopNaem": 1}, "CloseShopRequest: shopNaem (did you mean shopName?)"),
        ({"shopname": 1, "colour": "hidden"}, "CloseShopRequest: colour, shopname (did you mean shopName?)"),
        ({"parts": [{"openHour": 1}]}, "UpdateShopRequest: openHour (did you mean openHours?)"),
        ({"a\n[error] forged\u2028": 1}, r"CloseShopRequest: a\n[error] forged\u2028"),
        ({"x" * 1000: 1}, "CloseShopRequest: " + "x" * 50),
        (
            {f"f{number}": 1 for number in range(100_000, 190_000)},
            f"CloseShopRequest: {', '.join(f'f{number}' for number in range(100_000, 100_020))} and 89980 more",
        ),
        ({1: 2}, "CloseShopRequest: 1"),
    ],
)
def test_the_log_names_unknown_fields(body: dict[Any, Any], says: str) -> None:
    assert told(body) == [says]


def test_both_spellings_are_known() -> None:
    assert told({"shopName": "A"}, {"shop_name": "A"}, {"parts": [{"i18n_key": "a", "i18nKey": "b"}]}) == []


def test_they_are_named_once_for_each_use_case() -> None:
    assert len(told({"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}, {"b": 2, "a": 2})) == 2
    set_use_case("shop.close")
    assert len(told({"a": 1}, {"a": 1})) == 1


def test_and_not_in_production(configure: Configure) -> None:
    configure(APP_ENV="production")
    assert told({"shopNaem": 1}) == []


def test_whoever_invents_names_fills_neither_log_nor_memory() -> None:
    assert len(told(*({f"f{number}": 1} for number in range(1000)))) == 20
    assert sum(map(len, base._told.values())) == 20


async def test_a_line_says_which_use_case(log_lines: io.StringIO, signed_in: SignedIn) -> None:
    """A mistyped filter returned everyone."""
    hanmei = await signed_in("R_HR_MANAGER")
    for _ in range(2):
        assert (await hanmei.call("hr.employees.search", naem="hidden")).data["total"] == 60
    (line,) = [line for line in log_lines.getvalue().splitlines() if "unknown fields ignored" in line]
    assert "use_case=hr.employees.search" in line
    assert "fields='naem (did you mean name?)'" in line
    assert "hidden" not in line


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
    assert UpdateShopRequest.model_validate({}).shop_name is MISSING
    with pytest.raises(ValidationError, match="shopName"):
        UpdateShopRequest.model_validate({"shopName": None})
    schema = UpdateShopRequest.model_json_schema()
    assert "required" not in schema
    assert schema["properties"]["shopName"]["type"] == "string"


# --- what clients write in many ways


@pytest.mark.parametrize("key", ["i18nKey", "i18n_key"])
def test_a_form_clears_an_optional_field_with_an_empty_text(key: str) -> None:
    request = UpdateShopRequest.model_validate({key: ""})
    assert request.changes() == {"i18n_key": None}


def test_a_field_that_can_only_be_cleared() -> None:
    class ClearRequest(Request):
        logo: None = None

    for sent in ({"logo": None}, {"logo": ""}):
        assert ClearRequest.model_validate(sent).changes() == {"logo": None}
    assert ClearRequest.model_validate({}).changes() == {}
    with pytest.raises(ValidationError):
        ClearRequest.model_validate({"logo": "x.png"})


def test_an_empty_text_is_a_text_where_null_is_none() -> None:
    assert UpdateShopRequest.model_validate({"shopName": ""}).shop_name == ""
    with pytest.raises(ValidationError):
        UpdateShopRequest.model_validate({"openHours": ""})


@pytest.mark.parametrize("body", [{"openHours": None, "notes": None}, {"open_hours": None}, {}])
def test_null_is_as_good_as_leaving_a_field_with_a_default_out(body: dict[str, Any]) -> None:
    request = UpdateShopRequest.model_validate(body)
    assert (request.open_hours, request.notes, request.changes()) == (8, [], {})


def test_a_field_that_is_required_cannot_be_null() -> None:
    class OpenShopRequest(Request):
        name: str

    with pytest.raises(ValidationError):
        OpenShopRequest.model_validate({"name": None})


@pytest.mark.parametrize("body", [[], "", "name", 1, None, True])
def test_a_body_is_an_object(body: object) -> None:
    with pytest.raises(ValidationError):
        UpdateShopRequest.model_validate(body)


def test_a_nul_is_refused_wherever_it_stands() -> None:
    """Against what a search for the character in all that JSON can nest would find."""
    chance = random.Random(4)

    def value(depth: int) -> Any:
        match chance.randrange(6 if depth else 4):
            case 0:
                return chance.choice(["a\0b", "\0"]) if chance.random() < 0.2 else "a\\u0000"
            case 1:
                return chance.choice([1, 1.5, None, True])
            case 2 | 3:
                return ""
            case 4:
                return [value(depth - 1) for _ in range(chance.randrange(4))]
            case _:
                return {chance.choice(["a", "b", "shopName"]) + "\0" * (chance.random() < 0.1): value(depth - 1)}

    outcomes = set()
    for _ in range(2000):
        body = {"unknown": value(4)}
        holds_nul = "\\u0000" in json.dumps(body).replace("\\\\", "")
        try:
            UpdateShopRequest.model_validate(body)
            refused = False
        except ValidationError as error:
            refused = [each["type"] for each in error.errors()] == ["string_nul"]
        assert refused is holds_nul
        outcomes.add(refused)
    assert outcomes == {True, False}


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\udc00\ud800", "é\ud83d"])
def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(text: str) -> None:
    """A text of any length and no pattern would take it, and the database would not."""
    for body in ({"shopName": text}, {"unknown": [{"a": [text]}]}, {"unknown": {text: 1}}):
        with pytest.raises(ValidationError) as caught:
            UpdateShopRequest.model_validate(body)
        assert [each["type"] for each in caught.value.errors()] == ["string_unicode"]


def test_a_whole_surrogate_pair_is_a_character() -> None:
    UpdateShopRequest.model_validate(json.loads(r'{"unknown": "\ud83d\ude00"}'))


def test_a_body_may_be_nested_deeper_than_the_stack() -> None:
    deep: Any = "a\0b"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValidationError, match="NUL"):
        UpdateShopRequest.model_validate({"unknown": deep})


def test_an_answer_is_made_of_what_our_code_gives_it() -> None:
    class ShopRecord(Schema):
        name: str | None

    assert ShopRecord(name="").name == ""


def test_half_a_pair_in_a_name_does_not_excuse_one_in_a_value() -> None:
    with pytest.raises(ValidationError, match="half of a surrogate pair"):
        UpdateShopRequest.model_validate({"\ud800": 1, "text": "\ud800"})

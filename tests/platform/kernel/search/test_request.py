"""The body of a search: page, order, filters."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from features.hr.models import Employee
from kernel.ids import SqidId, public_id
from kernel.search.request import (
    AtLeast,
    AtMost,
    AuditedSearchRequest,
    Contains,
    ContainsPhone,
    Exact,
    Filter,
    OneOf,
    SearchRequest,
    StartsWith,
)
from tests.conftest import NOW


class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"


class SearchShopsRequest(AuditedSearchRequest):
    shop_name: Contains = None
    phone: ContainsPhone = None
    code: StartsWith = None
    size_class: Exact[Size] = None
    owner_id: Exact[SqidId[Employee]] = None
    open: Exact[bool] = None
    tags: OneOf[str] = None
    least_staff: Annotated[AtLeast[int], "not a filter"] = None
    most_staff: AtMost[int] = None
    owner_name: Annotated[str | None, Filter("icontains", "owner__name")] = None
    city: Annotated[str | None, Filter(column="address__city")] = None
    comment: str | None = None


def filters(**body: Any) -> dict[str, Any]:
    return SearchShopsRequest.model_validate(body).filters()


def test_a_search_without_a_word() -> None:
    query = SearchShopsRequest.model_validate({})
    assert (query.current, query.size, query.order_by, query.offset) == (1, 10, None, 0)
    assert query.filters() == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"shopName": "a"}, {"shop_name__icontains": "a"}),
        ({"shop_name": "a"}, {"shop_name__icontains": "a"}),
        ({"phone": " +86 (138)-1111 "}, {"phone__icontains": "+861381111"}),
        ({"phone": " -() "}, {}),
        ({"code": "A"}, {"code__istartswith": "A"}),
        ({"sizeClass": "l"}, {"size_class": Size.LARGE}),
        ({"ownerId": public_id(Employee, 7)}, {"owner_id": 7}),
        ({"open": False}, {"open": False}),
        ({"tags": ["a", "b"]}, {"tags__in": ["a", "b"]}),
        ({"leastStaff": 0, "mostStaff": 9}, {"least_staff__gte": 0, "most_staff__lte": 9}),
        ({"ownerName": "ann"}, {"owner__name__icontains": "ann"}),
        ({"city": "Rome"}, {"address__city": "Rome"}),
    ],
)
def test_a_filter_is_a_lookup_on_a_column(body: dict[str, Any], expected: dict[str, Any]) -> None:
    assert filters(**body) == expected


def test_a_period_of_creation() -> None:
    later = NOW + timedelta(milliseconds=1)
    sent = {"createdAtStart": 1_768_465_800_000, "createdAtEnd": 1_768_465_800_001}
    assert filters(**sent) == {"created_at__gte": NOW, "created_at__lte": later}


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_an_empty_text_do_not_filter(nothing: object) -> None:
    names = (
        "shopName",
        "phone",
        "code",
        "sizeClass",
        "ownerId",
        "open",
        "tags",
        "leastStaff",
        "mostStaff",
        "ownerName",
        "city",
    )
    assert filters(**dict.fromkeys(names, nothing), createdAtStart=nothing, createdAtEnd=nothing) == {}


def test_null_is_the_first_page_too() -> None:
    query = SearchShopsRequest.model_validate({"current": None, "size": None, "orderBy": ""})
    assert (query.current, query.size, query.order_by) == (1, 10, None)


def test_a_field_that_is_no_filter_does_not_filter() -> None:
    assert filters(comment="x", current=2, size=5, orderBy=["shopName"]) == {}


@pytest.mark.parametrize(("current", "size", "offset"), [(1, 1, 0), (2, 10, 10), (3, 1000, 2000)])
def test_pages_count_from_one(current: int, size: int, offset: int) -> None:
    assert SearchShopsRequest.model_validate({"current": current, "size": size}).offset == offset


@pytest.mark.parametrize(
    "body",
    [
        {"current": 0},
        {"current": 1_000_001},
        {"current": ""},
        {"size": 0},
        {"size": 1001},
        {"size": 1.5},
        {"orderBy": "shopName"},
        {"orderBy": ["a"] * 9},
        {"orderBy": ["a" * 65]},
        {"shopName": "a" * 201},
        {"phone": "1" * 201},
        {"code": "a" * 201},
        {"sizeClass": "x"},
        {"ownerId": "x"},
        {"tags": ["a"] * 1001},
        {"createdAtStart": -1},
        [],
        "a",
    ],
)
def test_what_no_page_is(body: object) -> None:
    with pytest.raises(ValidationError):
        SearchShopsRequest.model_validate(body)


def test_a_search_without_created_at_has_no_such_filter() -> None:
    assert SearchRequest.model_validate({"createdAtStart": 1}).filters() == {}


@pytest.mark.parametrize("body", [{"current": True}, {"size": True}, {"size": False}])
def test_true_is_no_number_of_a_page(body: dict[str, bool]) -> None:
    with pytest.raises(ValidationError, match="true and false are not numbers"):
        SearchRequest.model_validate(body)

"""The one shape of every answer."""

import json
from typing import Any

from features.hr.models import Department
from kernel.errors.codes import Code
from kernel.errors.refusals import InvalidInput, Refusal, TransportRefusal
from kernel.ids import public_id
from kernel.schema.base import Schema
from kernel.schema.envelope import Success, refused
from kernel.schema.records import Created
from kernel.search.page import Page


class ShopRecord(Schema):
    shop_name: str


def body_of(refusal: Refusal) -> Any:
    return json.loads(bytes(refused(refusal).body))


def test_success() -> None:
    answer = Success(data=Created[Department](created_id=7))
    assert (
        answer.model_dump_json() == f'{{"code":"0000","msg":"OK","data":{{"createdId":"{public_id(Department, 7)}"}}}}'
    )


def test_a_page() -> None:
    page = Page(records=[ShopRecord(shop_name="A")], total=42, current=5, size=10)
    assert Success(data=page).model_dump() == {
        "code": "0000",
        "msg": "OK",
        "data": {"records": [{"shopName": "A"}], "total": 42, "current": 5, "size": 10},
    }


def test_a_refusal_by_the_application() -> None:
    response = refused(Refusal(Code.IN_USE, "Three employees are in it.", data={"count": 3, "names": ["Ann"]}))
    assert (response.status_code, response.media_type) == (200, "application/json")
    assert json.loads(bytes(response.body)) == {
        "code": "2307",
        "msg": "Three employees are in it.",
        "data": {"count": 3, "names": ["Ann"]},
    }


def test_a_refusal_without_data_has_null() -> None:
    assert body_of(Refusal(Code.NOT_FOUND)) == {"code": "1101", "msg": "There is no such record.", "data": None}


def test_a_refused_field_is_told_as_the_contract_says() -> None:
    assert body_of(InvalidInput("orderBy", "no")) == {
        "code": "1200",
        "msg": "The request is not valid. orderBy: no",
        "data": {"errors": [{"field": "orderBy", "message": "no", "type": "value_error"}]},
    }


def test_the_transport_has_its_status() -> None:
    response = refused(TransportRefusal(503, Code.SERVICE_UNAVAILABLE, data={"redis": "down"}))
    assert response.status_code == 503
    assert json.loads(bytes(response.body))["data"] == {"redis": "down"}


def test_a_refusal_may_bring_headers() -> None:
    response = refused(TransportRefusal(405, Code.METHOD_NOT_ALLOWED, headers={"Allow": "GET"}))
    assert response.headers["Allow"] == "GET"
    assert response.headers["Content-Type"] == "application/json"

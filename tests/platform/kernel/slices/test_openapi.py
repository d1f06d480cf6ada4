"""OpenAPI as the clients really see it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse

from kernel import PUBLIC, SIGNED_IN, SUPER_ADMIN, Code, Page, ResponseCode, Schema, any_of
from kernel.rbac.authorize import Access, all_of
from kernel.slices import openapi as openapi_module
from kernel.slices.discovery import discover
from kernel.slices.openapi import describe
from kernel.slices.route import SliceRoute
from tests.platform.kernel.small_app import slice_of


class SendOrderRequest(Schema):
    text: str


class OrderRecord(Schema):
    text: str


async def send(request: SendOrderRequest) -> Page[OrderRecord]: ...


async def look() -> OrderRecord:
    """At most a hundred."""
    ...


def operation_of(route: SliceRoute) -> dict[str, Any]:
    (operation,) = describe(FastAPI(), [route])["paths"][route.path].values()
    return operation


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    """What the app serves."""
    return (await client.get("/openapi.json")).json()


def operations(document: dict[str, Any]) -> Iterator[tuple[SliceRoute, dict[str, Any]]]:
    by_name = {each["operationId"]: each for path in document["paths"].values() for each in path.values()}
    for feature in discover():
        for route in feature.slices:
            yield route, by_name[route.name]


def test_a_success_stands_beside_a_refusal() -> None:
    answer = operation_of(slice_of(send))["responses"]["200"]
    success, refused = answer["content"]["application/json"]["schema"]["oneOf"]
    assert success == {"$ref": "#/components/schemas/Success_Page_OrderRecord__"}
    assert refused == {"$ref": "#/components/schemas/Refused"}
    assert "refusal" in answer["description"]


def test_what_the_transport_may_answer() -> None:
    with_body, without = operation_of(slice_of(send)), operation_of(slice_of(look, method="get"))
    assert sorted(with_body["responses"]) == ["200", "408", "413", "415", "500"]
    assert sorted(without["responses"]) == ["200", "500"]
    for status, code in (("408", "1006"), ("413", "1003"), ("415", "1005"), ("500", "1000")):
        answer = with_body["responses"][status]
        assert answer["description"].startswith(code)
        assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refused"}


def test_the_code_tells_a_success_from_a_refusal() -> None:
    class ShopCode(ResponseCode):
        SOLD_OUT = "9900", "Nothing is left."

    schemas = describe(FastAPI(), [slice_of(send)], [ShopCode])["components"]["schemas"]
    success, refused = schemas["Success_Page_OrderRecord__"], schemas["Refused"]
    assert success["properties"]["code"]["const"] == "0000"
    assert set(refused["properties"]["code"]["enum"]) == {*(code.value for code in Code), "9900"} - {"0000"}
    assert "SOLD_OUT" in refused["properties"]["code"]["x-enum-varnames"]
    for schema in (success, refused):
        assert set(schema["required"]) == {"code", "msg", "data"}


class Csv(Response):
    media_type = "text/csv"


@pytest.mark.parametrize(
    ("kind", "media_type"), [(FileResponse, "application/octet-stream"), (Csv, "text/csv"), (HTMLResponse, "text/html")]
)
def test_a_file_is_described_as_one(kind: type[Response], media_type: str) -> None:
    """Beside the refusals, which come in JSON."""

    async def download() -> Response: ...

    download.__annotations__["return"] = kind
    assert operation_of(slice_of(download, method="get"))["responses"]["200"]["content"] == {
        media_type: {"schema": {"type": "string", "format": "binary"}},
        "application/json": {"schema": {"$ref": "#/components/schemas/Refused"}},
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"access": PUBLIC}, "Open to anyone."),
        ({"access": SIGNED_IN}, "Needs sign-in."),
        ({"access": SUPER_ADMIN}, "Needs a super administrator."),
        ({"access": Access.GRANTED}, "Needs the permission `shop.orders.send`."),
        ({"access": SIGNED_IN, "button": "B_ONE"}, "Needs sign-in. Needs the button `B_ONE`."),
        (
            {"access": SIGNED_IN, "button": any_of("B_TWO", "B_ONE")},
            "Needs sign-in. Needs one of the buttons `B_ONE`, `B_TWO`.",
        ),
        ({"access": SIGNED_IN, "roles": all_of("R_TWO", "R_ONE")}, "Needs sign-in. Needs the roles `R_ONE`, `R_TWO`."),
    ],
)
def test_it_says_who_may_call(options: dict[str, Any], says: str) -> None:
    operation = operation_of(slice_of(send, **options))
    assert operation["description"] == says
    assert operation.get("security") == (None if options["access"] is PUBLIC else [{"bearer": []}])


def test_the_handler_s_own_words_come_first() -> None:
    assert operation_of(slice_of(look, method="get"))["description"] == "At most a hundred.\n\nOpen to anyone."


def test_it_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app, routes = FastAPI(), [slice_of(send)]
    first = describe(app, routes)
    monkeypatch.setattr(openapi_module, "get_openapi", None)
    assert describe(app, routes) is first


# --- of the whole app


async def test_every_slice_is_described(document: dict[str, Any]) -> None:
    for route, operation in operations(document):
        assert operation["summary"] == route.summary
        assert operation["tags"] == route.tags
        assert "422" not in operation["responses"]
        assert len(operation["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]) == 2
        assert ("security" in operation) is (route.access_rule.access is not PUBLIC)
    described = {each["operationId"] for path in document["paths"].values() for each in path.values()}
    assert described == {route.name for feature in discover() for route in feature.slices}


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert referred <= document["components"]["schemas"].keys()


async def test_what_nobody_refers_to_is_not_described(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text


async def test_the_data_of_an_answer_is_never_just_anything(document: dict[str, Any]) -> None:
    for route, operation in operations(document):
        success, _ = operation["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]
        schema = document["components"]["schemas"][success["$ref"].rpartition("/")[2]]
        assert schema["properties"].keys() == {"code", "msg", "data"}
        data = {name: value for name, value in schema["properties"]["data"].items() if name != "title"}
        assert data, route.name


async def test_ids_are_described_as_strings(document: dict[str, Any]) -> None:
    for _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                assert parameter["schema"]["type"] == "string"
    record = document["components"]["schemas"]["EmployeeRecord"]["properties"]
    assert record["id"]["type"] == "string"
    assert record["createdAt"]["type"] == "integer"
    assert record["fmtCreatedAt"]["type"] == "string"

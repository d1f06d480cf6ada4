"""OpenAPI is what clients are generated from: nothing in it changes unseen, and nothing in it is left open."""

from collections.abc import Iterator
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import PUBLIC
from kernel.app import create_app
from tests.callers import every_slice

Document = dict[str, Any]

REFUSED = {"$ref": "#/components/schemas/Refused"}


@pytest.fixture(scope="module")
def document() -> Document:
    return create_app().openapi()


def operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation with its name."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation.get("operationId", f"{method.upper()} {path}"), operation


def open_answers(document: Document) -> list[str]:
    """The operations whose success has no schema, or one that allows anything."""
    return [
        f"{name} answers with anything; type what its handler returns"
        for name, operation in operations(document)
        if not operation["responses"].get("200", {}).get("content")
        or any(
            not _says_something(media.get("schema"), document)
            for media in operation["responses"]["200"]["content"].values()
        )
    ]


def _says_something(schema: dict[str, Any] | None, document: Document) -> bool:
    """Does the schema say what is answered, and the envelope what is in its `data`?"""
    schema = schema or {}
    alternatives = [each for each in schema.get("oneOf", [schema]) if each != REFUSED]
    resolved = [_resolved(each, document) for each in alternatives]
    data = [each["properties"]["data"] for each in resolved if "data" in each.get("properties", {})]
    return bool(resolved) and all({key for key in each if key != "title"} for each in [*resolved, *data])


def _resolved(schema: dict[str, Any], document: Document) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def unsecured(document: Document, public: set[str]) -> list[str]:
    """The operations that a client would call without a token, and the public ones that it would call with one."""
    return [
        f"{name} says {operation.get('security')} of security, and is {'public' if name in public else 'not public'}"
        for name, operation in operations(document)
        if bool(operation.get("security")) == (name in public)
    ]


def promised_422(document: Document) -> list[str]:
    """The operations that promise FastAPI's 422."""
    return [f"{name} promises 422" for name, operation in operations(document) if "422" in operation["responses"]]


def test_document(document: Document, snapshot: SnapshotAssertion):
    """A change of the contract is seen in a diff, and reviewed as one: `just snapshots tests/architecture/test_openapi.py`."""
    assert document == snapshot


def test_every_answer_has_a_schema(document: Document):
    """A client that is generated from an answer of anything checks nothing, and neither does ours on the way out."""
    assert open_answers(document) == []


def test_security_is_told(document: Document):
    """What the document says of sign-in is what the access rule asks for."""
    slices = every_slice()
    assert unsecured(document, {route.name for route in slices if route.access_rule.access is PUBLIC}) == []


def test_no_422(document: Document):
    """What is wrong with a request is told in the one envelope, as 1200 with status 200; FastAPI's own shape never leaves."""
    assert promised_422(document) == []


def test_planted_operations_are_caught():
    """An operation without content, without a schema, with an empty one, and with an empty `data` all answer with anything."""

    def answering(schema: dict[str, Any] | None) -> dict[str, Any]:
        return {"200": {"content": {"application/json": {"schema": {"oneOf": [schema, REFUSED]}}}}}

    def ref(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{name}"}

    security = [{"bearer": []}]
    document = {
        "paths": {
            "/login": {"post": {"operationId": "login", "responses": answering(ref("Success_int_"))}},
            "/file": {"get": {"security": security, "responses": {"200": {"content": {"text/csv": {}}}}}},
            "/gone": {"get": {"security": security, "responses": {"200": {"description": ""}, "422": {}}}},
            "/any": {"get": {"operationId": "any", "responses": answering({})}},
            "/data": {"get": {"security": security, "responses": answering(ref("Success_Any_"))}},
            "/good": {"get": {"security": security, "responses": answering(ref("Success_int_"))}},
        },
        "components": {
            "schemas": {
                "Success_int_": {"properties": {"data": {"title": "Data", "type": "integer"}}},
                "Success_Any_": {"properties": {"data": {"title": "Data"}}},
            }
        },
    }
    assert open_answers(document) == [
        f"{name} answers with anything; type what its handler returns"
        for name in ("GET /file", "GET /gone", "any", "GET /data")
    ]
    assert unsecured(document, {"login"}) == ["any says None of security, and is not public"]
    assert promised_422(document) == ["GET /gone promises 422"]

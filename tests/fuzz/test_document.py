"""What the fuzzer reads in OpenAPI."""

import random

import pytest

from kernel.app import create_app
from tests.fuzz.document import Document
from tests.fuzz.known import Known

DEPARTMENTS = "/api/v1/business/hr/departments"


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(create_app().openapi())


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("GET", f"{DEPARTMENTS}/tree", "hr.departments.tree"),
        ("GET", f"{DEPARTMENTS}/trees", "hr.departments.get"),
        ("POST", f"{DEPARTMENTS}/tree", 405),
        ("GET", f"{DEPARTMENTS}/", 404),
        ("GET", f"{DEPARTMENTS}/a/b", 404),
    ],
)
def test_a_url_leads_where_the_server_takes_it(document: Document, method: str, path: str, meant: str | int) -> None:
    assert document.operation_at(method, path) == meant


def test_an_id_is_known_by_its_kind(document: Document) -> None:
    body = {"name": "Sales", "parentId": "a", "managerId": "b", "unknown": ["c"], "order": 1}
    told: list[tuple[str, str | None, object]] = []
    changed = document.visited(
        body, document.body("hr.departments.create"), lambda *leaf: told.append(leaf) or leaf[1] or leaf[2]
    )
    assert changed == {"name": "Sales", "parentId": "department", "managerId": "employee", "unknown": ["c"], "order": 1}
    assert ("unknown[]", None, "c") in told


def test_answers_tell_ids_and_values(document: Document) -> None:
    known = Known(document, random.Random(1))
    record = {"id": "aaaaaaaa", "name": "Sales", "managerId": None}
    page = {"records": [record], "total": 1, "current": 1, "size": 10}
    known.learn("hr.departments.search", {"name": "Sa"}, {"code": "0000", "msg": "OK", "data": page})
    assert known.id_of("department") == "aaaaaaaa"
    assert known.id_of("department", spare=1) is None
    assert known.value_of("hr.departments.search", "name") == "Sales"
    assert known.value_of("hr.departments.search", "orderBy[]").lstrip("-") in record
    assert known.value_of("hr.employees.search", "orderBy[]") is None
    assert known.accepted("hr.departments.search") == {"name": "Sa"}
    gone = {"code": "0000", "msg": "OK", "data": {"deletedId": "aaaaaaaa"}}
    known.learn("hr.departments.delete", None, gone)
    assert known.id_of("department") is None
    assert known.id_of("department", strange=0.5) in ("aaaaaaaa", None)


def test_a_full_body_has_everything_and_nothing_else(document: Document) -> None:
    full = document.in_full()["components"]["schemas"]["CreateUserRequest"]
    assert full["required"] == list(full["properties"])
    assert full["additionalProperties"] is False
    assert full["properties"]["userEmail"]["anyOf"] == [
        {"type": "string", "maxLength": 254, "pattern": "^[a-z]{3,9}[0-9]{1,6}@[a-z]{3,9}\\.example$"}
    ]
    assert "null" not in str(full)
    assert "CreateUserRequest" in document.content["components"]["schemas"]
    assert document.content["components"]["schemas"]["CreateUserRequest"] != full

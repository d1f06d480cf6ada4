"""OpenAPI is what clients are generated from: nothing in it changes unseen, nothing in it is left open, and it is true."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from kernel import PUBLIC
from kernel.app import create_app
from kernel.slices.discovery import discover
from tests.architecture.tree import ROOT, plant, shown
from tests.callers import every_slice

Document = dict[str, Any]

COMMON = "common"
MODULES = [COMMON, *(feature.name for feature in discover() if feature.slices)]
REFUSALS: list[dict[str, Any]] = [
    {"code": "2201", "msg": "You lack the permission.", "data": None},
    {"code": "1200", "msg": "No.", "data": {"errors": [{"field": "size", "message": "No.", "type": "value_error"}]}},
    {"code": "2307", "msg": "In use.", "data": {"by": ["Sales"]}},
]

REFUSED = {"$ref": "#/components/schemas/Refused"}


@pytest.fixture(scope="module")
def document() -> Document:
    return create_app().openapi()


def operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation with its name."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation.get("operationId", f"{method.upper()} {path}"), operation


def parts(document: Document, modules: Iterable[str]) -> dict[str, Document]:
    """The document by module: its operations, and the schemas that only they lead to. Everything else is common."""
    split: dict[str, Document] = {module: {"paths": {}, "schemas": {}} for module in modules}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            module = operation["operationId"].partition(".")[0]
            split[module]["paths"].setdefault(path, {})[method] = operation
    needed = {module: _schemas_of(part["paths"], document) for module, part in split.items()}
    shared = dict(document["components"]["schemas"])
    for module, names in needed.items():
        for name in names - set[str]().union(*(others for other, others in needed.items() if other != module)):
            split[module]["schemas"][name] = shared.pop(name)
    rest = {key: value for key, value in document.items() if key != "paths"}
    return {**split, COMMON: rest | {"components": document["components"] | {"schemas": shared}}}


def _schemas_of(paths: dict[str, Any], document: Document) -> set[str]:
    """The names of all schemas that these operations lead to."""
    found: set[str] = set()
    waiting: list[Any] = [paths]
    while waiting:
        names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(waiting.pop()))) - found
        found |= names
        waiting += [document["components"]["schemas"][name] for name in names]
    return found


def untrue_answers(document: Document, root: Path) -> list[str]:
    """Where what a test stored of a success is no success, or is not exactly the success that the document describes."""
    found: list[str] = []
    for name, operation in operations(document):
        *folders, verb = name.split(".")
        stored = root.joinpath("tests", "features", *folders, "__snapshots__", f"test_{verb}")
        for file in sorted(stored.glob("test_success*.json")):
            bodies = _bodies(json.loads(file.read_text(encoding="utf-8")))
            refusals = [body for body in bodies if body["code"] != "0000"]
            found += [f"{shown(file, root)} holds the refusal {body['code']}: {body['msg']}" for body in refusals]
            misfits = [_misfits(body, 0, operation, document) for body in bodies]
            if not refusals and all(misfits):  # of several, one is of this use case
                found += [f"{shown(file, root)}: {each}" for each in misfits[0]]
        for body in REFUSALS:
            found += [
                f"{name} does not describe {body['code']}: {each}" for each in _misfits(body, 1, operation, document)
            ]
    return found


def _bodies(stored: dict[str, Any]) -> list[dict[str, Any]]:
    """The envelopes that a test stored: one answer, or several by name."""
    return [each["body"] for each in (stored, *stored.values()) if isinstance(each, dict) and "body" in each]


def _misfits(body: Any, branch: int, operation: dict[str, Any], document: Document) -> list[str]:
    """Why the body is not of this branch of the answer's `oneOf`, and of this one alone."""
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    components = {"components": document["components"]}
    alternatives = [Draft202012Validator({**each, **components}) for each in schema.get("oneOf", [{}, schema])]
    errors = [f"{error.json_path}: {error.message}" for error in alternatives[branch].iter_errors(body)]
    return errors + ["is a success and a refusal at once"] * (
        alternatives[1 - branch].is_valid(body) and "oneOf" in schema
    )


def open_answers(document: Document) -> list[str]:
    """The operations whose success has no schema, or one that allows anything."""
    return [
        f"{name} answers with anything; type what its handler returns"
        for name, operation in operations(document)
        if not operation["responses"].get("200", {}).get("content")
        or not all(
            _says_something(media.get("schema"), document)
            for media in _of_success(operation["responses"]["200"]["content"])
        )
    ]


def _of_success(content: dict[str, Any]) -> list[dict[str, Any]]:
    """A file is answered beside refusals in JSON, which say nothing of it."""
    return [media for media in content.values() if len(content) == 1 or media.get("schema") != REFUSED]


def _says_something(schema: dict[str, Any] | None, document: Document) -> bool:
    """Does the schema say what is answered, and the envelope what is in its `data`? That of a refusal alone does not."""
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


@pytest.mark.parametrize("module", MODULES)
def test_document(module: str, document: Document, snapshot: SnapshotAssertion):
    """A change of the contract is seen in a diff, and reviewed as one: `just snapshots tests/architecture/test_openapi.py`."""
    assert parts(document, [each for each in MODULES if each != COMMON])[module] == snapshot


def test_answers_are_what_it_says(document: Document):
    """A generated client tells a success from a refusal by this, and trusts what it says of the fields."""
    assert untrue_answers(document, ROOT) == []


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
            "/none": {
                "get": {
                    "security": security,
                    "responses": {"200": {"content": {"application/json": {"schema": REFUSED}}}},
                }
            },
            "/csv": {
                "get": {
                    "security": security,
                    "responses": {
                        "200": {
                            "content": {
                                "text/csv": {"schema": {"type": "string"}},
                                "application/json": {"schema": REFUSED},
                            }
                        }
                    },
                }
            },
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
        for name in ("GET /file", "GET /gone", "any", "GET /data", "GET /none")
    ]
    assert unsecured(document, {"login"}) == ["any says None of security, and is not public"]
    assert promised_422(document) == ["GET /gone promises 422"]


def test_it_is_split_by_module():
    """What one module alone leads to is its own, through other schemas as well."""

    def answering(name: str, operation_id: str) -> dict[str, Any]:
        return {"operationId": operation_id, "schema": {"$ref": f"#/components/schemas/{name}"}}

    document = {
        "info": {"title": "Tessera"},
        "paths": {
            "/notes": {"get": answering("Note", "post.get"), "post": answering("Created", "post.create")},
            "/orders": {"post": answering("Created", "shop.orders.create")},
        },
        "components": {
            "securitySchemes": {},
            "schemas": {
                "Note": {"properties": {"page": {"$ref": "#/components/schemas/Page"}}},
                "Page": {"properties": {"next": {"$ref": "#/components/schemas/Page"}}},
                "Created": {"type": "object"},
                "Nobody's": {"type": "object"},
            },
        },
    }
    split = parts(document, ["post", "shop"])
    assert {name: part.get("schemas", {}).keys() for name, part in split.items()} == {
        "post": {"Note", "Page"},
        "shop": set(),
        "common": set(),
    }
    assert split["post"]["paths"].keys() == {"/notes"}
    assert split["common"].keys() == {"info", "components"}
    assert split["common"]["components"]["schemas"].keys() == {"Created", "Nobody's"}


def test_planted_answers_are_caught(tmp_path):
    """A stored refusal, a field of another type, and an answer that could be either."""
    code = {"type": "string"}
    answer = {"oneOf": [{"$ref": "#/components/schemas/Success"}, REFUSED]}
    document = {
        "paths": {
            f"/{verb}": {
                "get": {
                    "operationId": f"shop.{verb}",
                    "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
                }
            }
            for verb in ("get", "send")
        },
        "components": {
            "schemas": {
                "Success": {"properties": {"code": {"const": "0000"}, "data": {"type": "integer"}}},
                "Refused": {"properties": {"code": code, "data": {}}, "required": ["code"]},
            }
        },
    }
    stored = "tests/features/shop/__snapshots__"
    plant(
        tmp_path,
        {
            f"{stored}/test_get/test_success.json": json.dumps({"body": {"code": "1101", "msg": "No such row."}}),
            f"{stored}/test_send/test_success.json": json.dumps({"body": {"code": "0000", "data": "x"}}),
            f"{stored}/test_send/test_success.1.json": json.dumps(
                {"sent": {"body": {"code": "0000", "data": 1}}, "got": {"body": {"code": "0000", "data": "x"}}}
            ),
        },
    )
    both = "is a success and a refusal at once"
    assert untrue_answers(document, tmp_path) == [
        f"{stored}/test_get/test_success.json holds the refusal 1101: No such row.",
        f"{stored}/test_send/test_success.1.json: {both}",
        f"{stored}/test_send/test_success.json: $.data: 'x' is not of type 'integer'",
        f"{stored}/test_send/test_success.json: {both}",
    ]
    code["pattern"] = "^[12]"
    assert len(untrue_answers(document, tmp_path)) == 2

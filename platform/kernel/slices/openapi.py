"""OpenAPI as the clients really see it: one envelope, refusals beside every success, no 422.

A success and a refusal differ by their `code`: "0000" is the one, every other code that there is the other. So an answer
is one of the two and never both, and in TypeScript `answer.code === "0000"` tells which.
"""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from kernel.errors.codes import Code, ResponseCode
from kernel.rbac.authorize import Access
from kernel.schema.envelope import Refused
from kernel.slices.route import SliceRoute

_TRANSPORT = {
    "408": "1006, the body comes too slowly",
    "413": "1003, the body is too large",
    "415": "1005, the body is not JSON",
    "500": "1000, an unforeseen error",
}
_TRANSPORT_OF_A_FORM = {"413": "1003, the body or a file in it is too large", "415": "1005, the body is no form"}
_REFUSED = {"$ref": "#/components/schemas/Refused"}
_FILE = {"type": "string", "format": "binary"}


def describe(
    app: FastAPI, slices: list[SliceRoute], feature_codes: Iterable[type[ResponseCode]] = ()
) -> dict[str, Any]:
    """The OpenAPI document of all slices, built once."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=slices)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    codes = [code for kind in (Code, *feature_codes) for code in kind if code is not Code.SUCCESS]
    refused = Refused.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    refused["properties"]["code"] |= {"enum": [code.value for code in codes]}
    refused["properties"]["code"] |= {"x-enum-varnames": [code.name for code in codes]}
    schemas |= {"Refused": refused, **refused.pop("$defs")}
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for route in slices:
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            _describe_operation(operation, route)
            if route.files:
                form = operation["requestBody"]["content"]["multipart/form-data"]
                form["schema"] = _form(schemas.pop(form["schema"]["$ref"].rpartition("/")[2]))
    app.openapi_schema = document
    return document


def _describe_operation(operation: dict[str, Any], route: SliceRoute) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses["200"]["content"] = _answers(route, responses["200"]["content"])
    responses["200"]["description"] = 'Success (`code` is "0000") or a refusal by the application (any other code)'
    for status, description in (_TRANSPORT | _TRANSPORT_OF_A_FORM if route.files else _TRANSPORT).items():
        if status == "500" or "requestBody" in operation:
            responses[status] = {"description": description, "content": {"application/json": {"schema": _REFUSED}}}
    if route.access_rule.access is not Access.PUBLIC:
        operation["security"] = [{"bearer": []}]
    operation["description"] = "\n\n".join(filter(None, [operation.get("description"), _who_may_call(route)]))


def _form(described: dict[str, Any]) -> dict[str, Any]:
    """A form with files as generators of clients know it, and without FastAPI's name for it."""
    for field in described["properties"].values():
        if field.pop("contentMediaType", None):
            field |= _FILE
    del described["title"]
    return described


def _answers(route: SliceRoute, described: dict[str, Any]) -> dict[str, Any]:
    """What comes with status 200, by media type."""
    if route.media_type:
        return {route.media_type: {"schema": _FILE}, "application/json": {"schema": _REFUSED}}
    return {"application/json": {"schema": {"oneOf": [described["application/json"]["schema"], _REFUSED]}}}


def _who_may_call(route: SliceRoute) -> str:
    rule = route.access_rule
    asked = {
        Access.PUBLIC: "Open to anyone.",
        Access.SIGNED_IN: "Needs sign-in.",
        Access.GRANTED: f"Needs the permission `{rule.name}`.",
        Access.SUPER_ADMIN: "Needs a super administrator.",
    }[rule.access]
    for what, required in (("button", rule.button), ("role", rule.roles)):
        if required:
            several = "s" if len(required.names) > 1 else ""
            how = "one of the" if required.any and several else "the"
            asked += f" Needs {how} {what}{several} {', '.join(f'`{name}`' for name in sorted(required.names))}."
    return asked

"""Requests: what schemathesis makes of the schemas, and what gets further than that, or is odder."""

import json
import random
from functools import partial
from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import strategies
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Err

from tests.fuzz.document import Document, Visit
from tests.fuzz.known import Known

ODD_TEXTS = [
    "",
    " \t\n",
    "\0",
    "\ud800",
    "\u202e\u200b",
    "e\u0301\u0323\u200d" * 30,
    "\ufffe\U0010ffff",
    "'\"%_\\; --",
    "../..",
    "1e400",
    "2026-02-30",
    "x" * 70_000,
    "\u6f22" * 30_000,
]
ODD_NUMBERS = [
    0,
    -1,
    0.5,
    1e300,
    float("nan"),
    float("-inf"),
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**300,
    253_402_300_800_000,  # milliseconds: the year 10000
]
ODD_VALUES = [None, True, {}, [], [None], ["x"] * 2000, {"$ne": None}, {"": {"\0": "\ud800"}}]
ODD_VALUES += [json.loads("[" * 300 + "]" * 300), *ODD_TEXTS, *ODD_NUMBERS]


class Cases:
    """Requests of three sorts: any (as schemathesis has them), plausible, and plausible but for one odd value."""

    def __init__(self, document: Document, known: Known, dice: random.Random) -> None:
        self._document, self._known, self._dice = document, known, dice
        self._operations = _operations(document.content)
        self._in_full = _operations(document.in_full())

    def some(self, operation_id: str) -> Case:
        """A request that is not sent: what an answer is held against."""
        names = self._document.parameters(operation_id)
        return self._operations[operation_id].Case(path_parameters=dict.fromkeys(names, "-"))

    def of(self, operation_id: str) -> strategies.SearchStrategy[Case]:
        """What schemathesis makes for the operation; `finished` makes a request of it."""
        in_full, operation = self._in_full[operation_id].as_strategy(), self._operations[operation_id]
        valid, invalid = operation.as_strategy(), operation.as_strategy(GenerationMode.NEGATIVE)
        return strategies.one_of(in_full, valid, in_full, invalid, in_full, in_full)

    def plain(self, operation_id: str) -> Case | None:
        """The request that says nothing; None if it must say something."""
        described = self._document.operations[operation_id]
        if any(each.get("required") for each in described.get("parameters", ())):
            return None
        if "requestBody" not in described:
            return self._operations[operation_id].Case()
        if self._document.required(self._document.body(operation_id)):
            return None
        return self._operations[operation_id].Case(body={}, media_type="application/json")

    def finished(self, operation_id: str, case: Case) -> Case:
        """The request, with ids of rows that there are, and known values in other fields."""
        plausible = case.operation is self._in_full[operation_id]
        fill = partial(self._filled, operation_id, 0.4 if plausible else 0.1, {})
        body: Any = case.body
        if isinstance(body, dict):
            schema = self._document.body(operation_id)
            if plausible:
                body = self._varied(operation_id, body, self._document.required(schema))
            body = self._document.visited(body, schema, fill)
            if plausible and case.media_type == "application/json" and self._dice.random() < 0.35:
                body = self._with_an_odd_value(body)
        schemas = self._document.parameters(operation_id)
        return self._operations[operation_id].Case(
            path_parameters={
                name: self._in_path(each, schemas.get(name, {}), fill) for name, each in case.path_parameters.items()
            },
            query={
                name: self._document.visited(each, schemas.get(name, {}), fill, name)
                for name, each in case.query.items()
            },
            headers=case.headers,
            body=body,
            media_type=case.media_type,
        )

    def _filled(
        self, operation_id: str, chance: float, is_known: dict[str, bool], field: str, kind: str | None, value: Any
    ) -> Any:
        """What stands in the place of a value: a known id nearly always, as nothing else gets further.

        Of a list either all entries are known or none; they often name what there is. Not everything is deleted.
        """
        in_list = field.endswith("[]")
        if kind is not None:
            if not isinstance(value, str) or not is_known.setdefault(field, self._dice.random() < 0.9):
                return value
            spare = 5 if self._operations[operation_id].method.upper() == "DELETE" else 0
            known = self._known.id_of(kind, strange=0.01 if in_list else 0.05, spare=spare)
        elif is_known.setdefault(field, self._dice.random() < chance * (2 if in_list else 1)):
            known = self._known.value_of(operation_id, field)
        else:
            known = None
        return value if known is None else known

    def _varied(self, operation_id: str, body: dict[str, Any], required: set[str]) -> dict[str, Any]:
        """The whole of it, or without some fields that may be missing (some are null), or as a part of what had success."""
        match self._dice.randrange(3):
            case 0:
                return {
                    name: None if self._dice.random() < 0.1 else value
                    for name, value in body.items()
                    if name in required or self._dice.random() < 0.6
                }
            case 1:
                accepted = self._known.accepted(operation_id)
                part = {name: value for name, value in body.items() if self._dice.random() < 0.5}
                return accepted | part if accepted else body
            case _:
                return body

    def _with_an_odd_value(self, body: dict[str, Any]) -> bytes:
        """As JSON: libraries that make it for their callers refuse some of these."""
        name = self._dice.choice(list(body) or ["unknown"])
        return json.dumps({**body, name: self._odd(body.get(name))}).encode()

    def _odd(self, value: Any) -> Any:
        """Something odd of the same type, which the first check lets pass; or of another one."""
        if self._dice.random() < 0.3:
            return self._dice.choice(ODD_VALUES)
        match value:
            case [first, *rest]:
                return [self._odd(first), *rest]
            case {} if value:
                name = self._dice.choice(list(value))
                return {**value, name: self._odd(value[name])}
            case str():
                return self._dice.choice(ODD_TEXTS)
            case int() | float():
                return self._dice.choice(ODD_NUMBERS)
        return self._dice.choice(ODD_VALUES)

    def _in_path(self, value: Any, schema: dict[str, Any], fill: Visit) -> Any:
        if self._dice.random() < 0.05:
            return quote(self._dice.choice(ODD_TEXTS)[:3000], safe="", errors="surrogatepass")
        filled = self._document.visited(value, schema, fill)
        return value if filled == value else quote(str(filled), safe="")  # schemathesis has quoted its own


def _operations(content: dict[str, Any]) -> dict[str, APIOperation[Any, Any, Any, Any]]:
    found: dict[str, APIOperation[Any, Any, Any, Any]] = {}
    for each in schemathesis.openapi.from_dict(content).get_all_operations():
        if isinstance(each, Err):
            raise each.err()
        operation = each.ok()
        found[operation.definition.raw["operationId"]] = operation
    return found

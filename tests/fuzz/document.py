"""OpenAPI as the fuzzer reads it: which operation a URL leads to, what stands where in a body, of which kind an id is."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
Visit = Callable[[str, str | None, Any], Any]
"""Is told the name of a field (`ids[]` within a list), the kind of row if an id belongs there, and the value; says what
shall stand there."""

_ID = re.compile("id of the kind '(.+)'")


class Document:
    """The description that a server gives of itself."""

    def __init__(self, content: Schema) -> None:
        self.content = content
        self.operations: dict[str, Schema] = {}
        self._at: dict[tuple[str, ...], dict[str, str]] = {}
        for path, methods in content["paths"].items():
            for method, operation in methods.items():
                self.operations[operation["operationId"]] = operation
                self._at.setdefault(tuple(path.split("/")), {})[method.upper()] = operation["operationId"]

    def operation_at(self, method: str, path: str) -> str | int:
        """The operation that a decoded path leads to; 404 or 405 if there is none. A literal goes before a parameter."""
        segments = path.split("/")
        found = [
            template
            for template in self._at
            if len(template) == len(segments)
            and all(part == each or (part[:1] == "{" and each) for part, each in zip(template, segments, strict=True))
        ]
        if not found:
            return 404
        return self._at[min(found, key=lambda template: [part[:1] == "{" for part in template])].get(method, 405)

    def path_of(self, operation_id: str) -> str:
        """Raises LookupError for an operation that there is not."""
        for path, methods in self._at.items():
            if operation_id in methods.values():
                return "/".join(path)
        raise LookupError(f"the server has no operation {operation_id}")

    def codes(self) -> set[str]:
        """Every code that an answer may have."""
        return {"0000", *self.content["components"]["schemas"]["Refused"]["properties"]["code"]["enum"]}

    def parameters(self, operation_id: str) -> dict[str, Schema]:
        """The schemas of what stands in the path and in the query, by name."""
        return {each["name"]: each["schema"] for each in self.operations[operation_id].get("parameters", [])}

    def body(self, operation_id: str) -> Schema:
        """The schema of the body; an empty one if the operation reads none."""
        content = self.operations[operation_id].get("requestBody", {}).get("content", {})
        return next((media["schema"] for media in content.values()), {})

    def answer(self, operation_id: str, status: str = "200") -> Schema:
        """The schema of what comes as JSON with this status; an empty one if nothing is said of it."""
        content = self.operations[operation_id]["responses"].get(status, {}).get("content", {})
        return content.get("application/json", {}).get("schema", {})

    def takes_something(self, operation_id: str) -> bool:
        return bool(self.parameters(operation_id) or self.body(operation_id))

    def required(self, schema: Schema) -> set[str]:
        """The fields that a body must have."""
        return {name for each in self._readings(schema) for name in each.get("required", ())}

    def visited(self, value: Any, schema: Schema, visit: Visit, name: str = "") -> Any:
        """The value, with what `visit` says in the place of each leaf: whatever is neither an object nor a list."""
        readings = list(self._readings(schema))
        if isinstance(value, dict):
            fields: Schema = {}
            for reading in reversed(readings):
                fields |= reading.get("properties", {})
            return {key: self.visited(each, fields.get(key, {}), visit, key) for key, each in value.items()}
        if isinstance(value, list):
            items = next((each["items"] for each in readings if "items" in each), {})
            return [self.visited(each, items, visit, f"{name}[]") for each in value]
        kinds = [found[1] for each in readings if (found := _ID.fullmatch(each.get("description", "")))]
        return visit(name, kinds[0] if kinds else None, value)

    def in_full(self) -> Schema:
        """The description of a server that asks for every field that there is, none of them null or empty, in readable texts."""
        content = copy.deepcopy(self.content)
        for schema in content["components"]["schemas"].values():
            fields = schema.get("properties", {})
            for field in fields.values():
                _fill(field)
            if fields:
                schema |= {"required": list(fields), "additionalProperties": False}
        return content

    def _readings(self, schema: Schema) -> Iterator[Schema]:
        """The schema itself, and all that it says a value may be."""
        if "$ref" in schema:
            yield from self._readings(self.content["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        yield schema
        for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
            yield from self._readings(each)


def _fill(schema: Schema) -> None:
    """Let nothing be null, no list be empty, and no text be what nobody would write."""
    if "anyOf" in schema:
        schema["anyOf"] = [each for each in schema["anyOf"] if each != {"type": "null"}]
    for each in schema.get("anyOf", ()):
        _fill(each)
    if schema.get("type") == "array":
        schema.setdefault("minItems", 1)
        _fill(schema.get("items", {}))
    if schema.get("type") != "string" or schema.keys() & {"enum", "const", "format"}:
        return
    if "@" in schema.get("pattern", ""):
        schema["pattern"] = r"^[a-z]{3,9}[0-9]{1,6}@[a-z]{3,9}\.example$"
    elif "pattern" not in schema and not _ID.match(schema.get("description", "")):
        most = min(24, schema.pop("maxLength", 24))
        least = min(8, most)  # enough for a password
        schema["pattern"] = f"^[A-Za-z0-9 '\u00e4\u00df\u6f22\u5b57.-]{{{least},{most}}}$"

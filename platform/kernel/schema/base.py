"""The base of every request and response class: camelCase on the wire, snake_case in Python and accepted on input."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def wire_name(name: str) -> str:
    """`created_at` is `createdAt` on the wire. Pydantic's own to_camel makes `i18NKey` of `i18n_key`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Schema(BaseModel):
    """A body or a part of one. Unknown fields are ignored, never stored."""

    model_config = ConfigDict(
        alias_generator=wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        from_attributes=True,
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client sent, by their Python names: what a PATCH changes."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def omittable() -> Any:
    """Default of a PATCH field that may be left out but, unlike one with a default of None, may not be null."""
    return Field(default_factory=lambda: None)

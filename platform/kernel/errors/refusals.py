"""What the application refuses: raised in a slice or below it, answered as an envelope.

    Refusal                    the application decided: HTTP 200, a code, a sentence
    ├── NotFound               1101, no such row
    ├── InvalidRequest         1200, with `data.errors`
    │   └── InvalidInput           of one field, by hand
    │       └── CycleError, DepthError   in `models/tree.py`
    ├── OutOfScope             2208, in `models/scope.py`
    └── TransportRefusal       the transport decided: the real HTTP status, same envelope

Exceptions that nobody raised on purpose become 1000 in `web/middleware.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import JsonValue

from kernel.errors.codes import Code, ResponseCode


class Refusal(Exception):
    """A refusal that the caller is told about. `code` is what programs branch on, `message` what people read."""

    status = 200
    headers: Mapping[str, str] | None = None

    def __init__(
        self, code: ResponseCode, message: str | None = None, *, data: dict[str, JsonValue] | None = None
    ) -> None:
        self.code = code
        self.message = message or code.message
        self.data = data
        super().__init__(f"{code.value} {self.message}")


def noun_of(kind: type) -> str:
    """What a reader calls a row of the model: `EmployeeStatusLog` is an "employee status log"."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip()


class NotFound(Refusal):
    """There is no such row, or none that the caller may see."""

    def __init__(self, what: str) -> None:
        super().__init__(Code.NOT_FOUND, f"There is no such {what}.")

    @classmethod
    def of(cls, kind: type) -> Self:
        """No such row of a model."""
        return cls(noun_of(kind))


class InvalidRequest(Refusal):
    """Fields whose values are refused: field, message and type of each. The sentence says what is wrong with the first three."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        summary = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:3])
        told: list[JsonValue] = [dict(error) for error in errors]
        super().__init__(Code.REQUEST_VALIDATION, f"The request is not valid. {summary}", data={"errors": told})


class InvalidInput(InvalidRequest):
    """A field's value is refused for a reason that its type cannot express. `field` as on the wire."""

    def __init__(self, field: str, message: str, kind: str = "value_error") -> None:
        super().__init__([{"field": field, "message": message, "type": kind}])


class TransportRefusal(Refusal):
    """A refusal with a real HTTP status: the URL, the method, the size, the media type, a dependency that is down."""

    def __init__(
        self,
        status: int,
        code: ResponseCode,
        message: str | None = None,
        *,
        data: dict[str, JsonValue] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message, data=data)
        self.status = status
        self.headers = headers

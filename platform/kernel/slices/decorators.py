"""How a file declares its use case: one decorator on its handler. Name, URL and permission follow from the file's place.

    @patch("/{employee_id}/department", button="B_HR_EMP_TRANSFER")
    async def transfer(employee_id: SqidId[Employee], request: TransferEmployeeRequest) -> Updated[Employee]: ...

in `features/hr/employees/transfer.py` is the use case `hr.employees.transfer`, answers to
`PATCH /api/v1/business/hr/employees/{employee_id}/department`, and asks for sign-in, the API permission
`hr.employees.transfer` and the button. What the handler returns becomes the `data` of the envelope.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar, Unpack

from kernel.errors.operator import DeclarationError
from kernel.rbac.authorize import Access, Requirement

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

_DECLARATION = "__slice__"


class Options(TypedDict, total=False):
    """What a declaration may say beside its path. Each has a default that is safe."""

    access: Access  # who may call; GRANTED: whoever holds the API permission of the slice's name
    button: str | Requirement  # the buttons that a caller must hold as well
    roles: str | Requirement  # the roles
    open_during_password_change: bool  # also for a user who must change the password first; False
    transaction: bool  # one around the handler; False for GET and for a search (its body is a SearchRequest), else True
    max_body_bytes: int  # instead of the setting MAX_BODY_BYTES
    max_file_bytes: int  # of each file of a form; the body may then be as large as they are, and a little larger


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a decorator says of its handler."""

    method: str
    path: str
    options: Options


def get(path: str = "", **options: Unpack[Options]) -> Callable[[H], H]:
    """A read."""
    return _declare("GET", path, options)


def post(path: str = "", **options: Unpack[Options]) -> Callable[[H], H]:
    """Something new, an action, or a search."""
    return _declare("POST", path, options)


def put(path: str = "", **options: Unpack[Options]) -> Callable[[H], H]:
    """Something replaced as a whole."""
    return _declare("PUT", path, options)


def patch(path: str = "", **options: Unpack[Options]) -> Callable[[H], H]:
    """A change of the fields that are sent."""
    return _declare("PATCH", path, options)


def delete(path: str = "", **options: Unpack[Options]) -> Callable[[H], H]:
    """Something taken away."""
    return _declare("DELETE", path, options)


def declaration_of(value: object) -> Declaration | None:
    """What was declared of a handler; None for anything else."""
    declared = getattr(value, _DECLARATION, None)
    return declared if isinstance(declared, Declaration) else None


def _declare(method: str, path: str, options: Options) -> Callable[[H], H]:
    def decorate(handler: H) -> H:
        if declaration_of(handler):
            raise DeclarationError("its handler has two decorators; one file is one use case")
        setattr(handler, _DECLARATION, Declaration(method, path, options))
        return handler

    return decorate

"""A slice's router: it takes the one route that the file declares. Name, URL and permission follow from the file's place.

    router = slice_router()

    @router.patch("/{employee_id}/department", button="B_HR_EMP_TRANSFER")
    async def transfer(employee_id: SqidPath, request: TransferEmployeeRequest) -> Success[Updated]: ...

in `features/hr/employees/transfer.py` is the use case `hr.employees.transfer`, answers to
`PATCH /api/v1/business/hr/employees/{employee_id}/department`, and asks for sign-in, the API permission
`hr.employees.transfer` and the button.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypedDict, TypeVar, Unpack

from kernel.rbac.authorize import Access, Requirement

P = ParamSpec("P")
R = TypeVar("R")
Decorator = Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]


class Options(TypedDict, total=False):
    """What a route may say beside its path. Each has a default that is safe."""

    access: Access  # who may call; GRANTED: whoever holds the API permission of the slice's name
    button: str | Requirement  # the buttons that a caller must hold as well
    roles: str | Requirement  # the roles
    open_during_password_change: bool  # also for a user who must change the password first; False
    transaction: bool  # one unit of work around the handler; True for writes, False for reads
    max_body_bytes: int  # instead of the setting MAX_BODY_BYTES, for uploads


@dataclass(frozen=True, slots=True)
class Declared:
    """A route as the slice's file declares it."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    options: Options


class SliceRouter:
    """Takes the one route of a slice's file. Get one with `slice_router()`."""

    def __init__(self) -> None:
        self.declared: list[Declared] = []

    def get(self, path: str = "", **options: Unpack[Options]) -> Decorator[..., Any]:
        """A read."""
        return self._route("GET", path, {"transaction": False, **options})

    def search(self, path: str = "/search", **options: Unpack[Options]) -> Decorator[..., Any]:
        """A read whose filters come in a body: POST, without a transaction."""
        return self._route("POST", path, {"transaction": False, **options})

    def post(self, path: str = "", **options: Unpack[Options]) -> Decorator[..., Any]:
        """A write: something new, or an action."""
        return self._route("POST", path, options)

    def put(self, path: str = "", **options: Unpack[Options]) -> Decorator[..., Any]:
        """A write: something replaced as a whole."""
        return self._route("PUT", path, options)

    def patch(self, path: str = "", **options: Unpack[Options]) -> Decorator[..., Any]:
        """A write: only what is sent changes."""
        return self._route("PATCH", path, options)

    def delete(self, path: str = "", **options: Unpack[Options]) -> Decorator[..., Any]:
        """A write: something taken away."""
        return self._route("DELETE", path, options)

    def _route(self, method: str, path: str, options: Options) -> Decorator[..., Any]:
        def declare(handler: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
            self.declared.append(Declared(method, path, handler, options))
            return handler

        return declare


def slice_router() -> SliceRouter:
    """The router of one slice."""
    return SliceRouter()

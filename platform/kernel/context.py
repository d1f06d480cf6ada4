"""What belongs to the request at hand: its id, which use case it asks for, and who makes it."""

import re
import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

MAX_ADDRESS, MAX_AGENT = 64, 300
_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class DataScope(StrEnum):
    """Which rows a role reaches, of those tables whose rows are not for everybody."""

    SELF = "self"  # one's own
    CUSTOM = "custom"  # those that the role names
    SCOPE = "scope"  # those that one is in charge of
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role in force, and what it grants. `scope_rows`: the rows that CUSTOM reaches, ids by the kind of row."""

    id: int
    code: str
    data_scope: DataScope = DataScope.SELF
    scope_rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    apis: frozenset[str] = frozenset()
    buttons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The signed-in user of the request at hand, as the database knows them now.

    `scopes` and `scope_rows` are those of the roles that grant the use case at hand: a role that reaches all rows widens
    nothing that another one opened. Where no role has to grant it, everybody reaches their own.
    """

    user_id: int
    user_name: str
    held: tuple[HeldRole, ...] = ()
    scopes: frozenset[DataScope] = frozenset([DataScope.SELF])
    scope_rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    is_super: bool = False
    must_change_password: bool = False
    session: str = ""
    impersonator_id: int | None = None
    impersonator_name: str | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The codes of the roles in force."""
        return frozenset([role.code for role in self.held])

    @property
    def role_ids(self) -> frozenset[int]:
        """The ids of the roles in force."""
        return frozenset([role.id for role in self.held])

    @property
    def buttons(self) -> frozenset[str]:
        """The codes of the buttons that the roles in force grant."""
        return frozenset([code for role in self.held for code in role.buttons])

    @property
    def reaches_all(self) -> bool:
        """Whether there is no row that the use case at hand would not show them."""
        return self.is_super or DataScope.ALL in self.scopes

    @property
    def audit_name(self) -> str:
        """What audit columns record: the user, and whoever acts in their name."""
        return f"{self.user_name} (by {self.impersonator_name})" if self.impersonator_name else self.user_name

    def within(self, roles: Iterable[HeldRole]) -> Self:
        """The actor in a use case that these of their roles grant."""
        granting = tuple(roles)
        rows: dict[str, frozenset[int]] = {}
        for role in granting:
            if role.data_scope is DataScope.CUSTOM:
                for kind, ids in role.scope_rows.items():
                    rows[kind] = rows.get(kind, frozenset()) | ids
        return replace(self, scopes=frozenset([role.data_scope for role in granting]), scope_rows=rows)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, and from which program, as it says itself."""

    address: str | None = None
    agent: str | None = None

    @classmethod
    def of(cls, address: str | None, agent: str | None) -> Self:
        """Cut to what is kept, and without what could forge a line where it is shown."""
        printable = "".join(filter(str.isprintable, agent or ""))
        return cls((address or "")[:MAX_ADDRESS] or None, printable[:MAX_AGENT] or None)


_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_use_case: ContextVar[str | None] = ContextVar("use_case", default=None)
_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_client: ContextVar[Client] = ContextVar("client", default=Client())  # noqa: B039  it is frozen


def request_id() -> str:
    """The id of the request at hand, "-" outside of one."""
    return _request_id.get()


def accept_request_id(offered: str | None) -> str:
    """Begin a request under the client's own id if it is a sane token, else under a new one."""
    chosen = offered if offered and _SANE_REQUEST_ID.fullmatch(offered) else secrets.token_hex(16)
    _request_id.set(chosen)
    _use_case.set(None)
    _actor.set(None)
    return chosen


def client() -> Client:
    """Where the request at hand comes from; nowhere, outside of one."""
    return _client.get()


def set_client(address: str | None, agent: str | None) -> None:
    """The request at hand comes from there."""
    _client.set(Client.of(address, agent))


def use_case() -> str | None:
    """The name of the use case that the request at hand asks for; None outside of one, and where no slice answers."""
    return _use_case.get()


def set_use_case(name: str) -> None:
    """The slice of this name answers from here on."""
    _use_case.set(name)


def current_actor() -> Actor | None:
    """Who makes the request at hand; None for an anonymous caller and outside of requests."""
    return _actor.get()


def require_actor() -> Actor:
    """Who makes the request at hand. Raises LookupError where nobody is signed in: the slice is open to the public."""
    actor = _actor.get()
    if actor is None:
        raise LookupError("nobody is signed in here; a slice that needs the actor must not be PUBLIC")
    return actor


def set_actor(actor: Actor | None) -> None:
    """Make `actor` the one who acts for the rest of this request (or of this test, or seed)."""
    _actor.set(actor)

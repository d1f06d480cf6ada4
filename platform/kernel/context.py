"""What belongs to the request at hand: its id, which use case it asks for, and who makes it."""

import re
import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class DataScope(StrEnum):
    """Which rows a role reaches, from none but one's own to all."""

    SELF = "self"
    CUSTOM = "custom"
    SCOPE = "scope"
    ALL = "all"

    @classmethod
    def widest(cls, scopes: Iterable["DataScope"]) -> "DataScope":
        """The one that reaches most; SELF of none."""
        return max(scopes, key=list(cls).index, default=cls.SELF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The signed-in user of the request at hand, as the database knows them now."""

    user_id: int
    user_name: str
    roles: frozenset[str] = frozenset()
    role_scopes: Mapping[int, DataScope] = field(default_factory=dict)
    data_scope: DataScope = DataScope.SELF
    is_super: bool = False
    must_change_password: bool = False
    session: str = ""
    impersonator_id: int | None = None
    impersonator_name: str | None = None

    @property
    def role_ids(self) -> frozenset[int]:
        """The ids of the roles in force."""
        return frozenset(self.role_scopes)

    @property
    def audit_name(self) -> str:
        """What audit columns record: the user, and whoever acts in their name."""
        return f"{self.user_name} (by {self.impersonator_name})" if self.impersonator_name else self.user_name


_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_use_case: ContextVar[str | None] = ContextVar("use_case", default=None)
_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


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

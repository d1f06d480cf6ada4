"""Authorization: who may call a slice. Closed unless opened: without a word it asks for sign-in and the permission of its name.

What is asked, in this order, and the code of the refusal:

    a valid access token of an enabled user        2100 2101 2102 2103 2106
    no password change that is due                 2107, unless the slice is open during one
    a role in force, for GRANTED                   2207
      (a super administrator passes from here on)
    a super administrator, for SUPER_ADMIN         2206
    the API is not switched off                    2200
    a role that grants the API, for GRANTED        2201
    the buttons that the slice names               2202 all of them, 2203 one of them
    the roles that the slice names                 2204 all of them, 2205 one of them

No statement of its own: `auth.actor` brings the roles in force, and `identity.grants` has what they grant in process.
"""

from dataclasses import dataclass
from enum import Enum, auto

from kernel.auth.actor import authenticate
from kernel.context import Actor, require_actor, set_actor
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import Refusal
from kernel.identity.grants import kept_grants


class Access(Enum):
    """Who may call a slice."""

    PUBLIC = auto()  # anyone
    SIGNED_IN = auto()  # any user
    GRANTED = auto()  # a user with a role that grants the slice's API permission
    SUPER_ADMIN = auto()  # a holder of R_SUPER


PUBLIC, SIGNED_IN, SUPER_ADMIN = Access.PUBLIC, Access.SIGNED_IN, Access.SUPER_ADMIN


@dataclass(frozen=True)
class Requirement:
    """Names that a caller must hold: all of them, or any one."""

    names: frozenset[str]
    any: bool = False

    def met_by(self, held: frozenset[str]) -> bool:
        return bool(self.names & held) if self.any else self.names <= held


def all_of(*names: str) -> Requirement:
    """Every one of the named buttons or roles is needed."""
    return Requirement(frozenset(names))


def any_of(*names: str) -> Requirement:
    """One of the named buttons or roles is enough."""
    return Requirement(frozenset(names), any=True)


@dataclass(frozen=True)
class AccessRule:
    """Who may call the slice `name`, which is also the API permission that they must hold."""

    name: str
    access: Access = Access.GRANTED
    button: Requirement | None = None
    roles: Requirement | None = None
    open_during_password_change: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.access, Access):  # which would refuse nobody
            raise DeclarationError(
                f"{self.name} has the access {self.access!r}; write PUBLIC, SIGNED_IN, SUPER_ADMIN, or nothing; "
                "a role stands in roles="
            )
        if self.access is Access.PUBLIC and (self.button or self.roles):
            raise DeclarationError(
                f"{self.name} is PUBLIC and names a button or a role, which nobody would be asked for"
            )

    async def authorize(self, authorization: str | None) -> None:
        """Make the caller the actor, or raise the refusal that names what they lack."""
        if self.access is Access.PUBLIC:
            return
        actor = await authenticate(authorization)
        set_actor(actor)
        if actor.must_change_password and not self.open_during_password_change:
            raise Refusal(Code.PASSWORD_CHANGE_REQUIRED)
        if self.access is Access.GRANTED and not actor.held:
            raise Refusal(Code.USER_NO_ROLE)
        if actor.is_super:
            return
        if self.access is Access.SUPER_ADMIN:
            raise Refusal(Code.SUPER_ADMIN_ONLY)
        if self.name in kept_grants().switched_off:
            raise Refusal(Code.API_DISABLED)
        if self.access is Access.GRANTED:
            self._require_api(actor)
        if self.button:
            _require(self.button, actor.buttons, Code.MISSING_BUTTON_PERMISSION, Code.NEED_ANY_BUTTON_PERMISSION)
        if self.roles:
            _require(self.roles, actor.roles, Code.MISSING_ROLE, Code.NEED_ANY_ROLE)

    def _require_api(self, actor: Actor) -> None:
        granting = [role for role in actor.held if self.name in role.apis]
        if not granting:
            raise Refusal(Code.PERMISSION_DENIED, f"You lack the permission {self.name}.")
        set_actor(actor.within(granting))


async def require_button(code: str) -> None:
    """Raise Refusal 2202 unless the current actor holds the button: for what only some calls of a slice need."""
    actor = require_actor()
    if not actor.is_super:
        _require(all_of(code), actor.buttons, Code.MISSING_BUTTON_PERMISSION, Code.NEED_ANY_BUTTON_PERMISSION)


def _require(required: Requirement, held: frozenset[str], all_code: ResponseCode, any_code: ResponseCode) -> None:
    if required.met_by(held):
        return
    if required.any:
        raise Refusal(any_code, f"You need one of: {', '.join(sorted(required.names))}.")
    raise Refusal(all_code, f"You lack: {', '.join(sorted(required.names - held))}.")

"""No one grants what they do not hold themselves, super administrators aside.

What a role grants: pages, buttons, and use cases, each of these for the rows that the role's data scope reaches.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kernel.context import Actor, DataScope, require_actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import SUPER_ROLE, Api, Button, Menu, Role

_NAMED_AT_MOST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Grants:
    """What roles grant together, by name."""

    apis: Mapping[str, DataScope] = field(default_factory=dict)
    buttons: frozenset[str] = frozenset()
    menus: frozenset[str] = frozenset()

    def beyond(self, held: "Grants") -> list[str]:
        """What of this is not in `held`, in words; a use case that is held for fewer rows is not held for more."""
        wider = [
            name if name not in held.apis else f"{name} for the data scope {scope}"
            for name, scope in sorted(self.apis.items())
            if name not in held.apis or DataScope.widest([scope, held.apis[name]]) is not held.apis[name]
        ]
        return (
            wider + sorted(self.buttons - held.buttons) + [f"page {name}" for name in sorted(self.menus - held.menus)]
        )


async def held_by(actor: Actor) -> Grants:
    """What the actor's roles in force grant. Of a super administrator, who may do everything, it says nothing."""
    return await _granted_by(actor.role_scopes)


async def ensure_may_grant(role_codes: Collection[str]) -> None:
    """Raise Refusal 2206 if R_SUPER is among the roles, 2201 if one grants more than the caller holds.

    Unknown roles are no matter of this.
    """
    actor = require_actor()
    if actor.is_super:
        return
    if SUPER_ROLE in role_codes:
        raise Refusal(Code.SUPER_ADMIN_ONLY, f"Only a super administrator may grant {SUPER_ROLE}.")
    held = await held_by(actor)
    for role in await Role.filter(role_code__in=list(role_codes)).order_by("role_code"):
        ensure_held(role.role_code, await _granted_by({role.id: role.data_scope}), held)


def ensure_held(role_code: str, granted: Grants, held: Grants) -> None:
    """Raise Refusal 2201 if what the role grants, or is to grant, goes beyond what the caller holds."""
    if excess := granted.beyond(held):
        more = len(excess) - _NAMED_AT_MOST
        named = ", ".join(excess[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
        raise Refusal(
            Code.PERMISSION_DENIED, f"You may not grant {role_code}, which holds what you do not hold: {named}."
        )


async def _granted_by(scopes: Mapping[int, DataScope]) -> Grants:
    """What the roles of these ids grant, each with its data scope."""
    ids = sorted(scopes)
    apis: dict[str, DataScope] = {}
    for name, role_id in await Api.filter(roles__id__in=ids).values_list("route_key", "roles__id"):
        apis[name] = DataScope.widest([apis.get(name, DataScope.SELF), scopes[role_id]])
    buttons = await Button.filter(roles__id__in=ids).distinct().values_list("button_code")
    menus = await Menu.filter(roles__id__in=ids).distinct().values_list("route_name")
    return Grants(apis=apis, buttons=frozenset(code for (code,) in buttons), menus=frozenset(name for (name,) in menus))

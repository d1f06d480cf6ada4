"""No one gives what they do not hold themselves, super administrators aside: neither to a role, nor as a role to a user.

What one holds: use cases, each for the rows that the roles which grant it reach; buttons; pages; and the roles that slices
ask for by their names.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kernel.context import DataScope, HeldRole, require_actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import grants_changed
from kernel.identity.grants import read_grants
from kernel.identity.models import SUPER_ROLE, Menu, Role, User
from kernel.schema.types import Status
from kernel.unit_of_work.transaction import lock_until_commit

_NAMED_AT_MOST = 5

asked_for_by_name: set[str] = set()
"""The codes of roles that slices ask for (`roles=`): whoever has a role of this code holds more than its grants say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What roles grant together, by name."""

    roles: tuple[HeldRole, ...] = ()
    menus: frozenset[str] = frozenset()

    def __or__(self, other: "Holding") -> "Holding":
        return Holding(roles=self.roles + other.roles, menus=self.menus | other.menus)

    def beyond(self, held: "Holding") -> list[str]:
        """What of this is not in `held`, in words."""
        excess: list[str] = []
        granted_apis, held_apis = _by_api(self.roles), _by_api(held.roles)
        for name, roles in sorted(granted_apis.items()):
            if name not in held_apis:
                excess.append(name)
            elif wider := [str(role.data_scope) for role in roles if not _reaches(held_apis[name], role)]:
                excess.append(f"{name} for the data scope {', '.join(sorted(set(wider)))}")
        excess += sorted(_buttons(self.roles) - _buttons(held.roles))
        excess += [f"page {name}" for name in sorted(self.menus - held.menus)]
        return excess + [f"role {code}" for code in sorted(_named(self.roles) - _named(held.roles))]


def _by_api(roles: Iterable[HeldRole]) -> Mapping[str, list[HeldRole]]:
    granting = defaultdict[str, list[HeldRole]](list)
    for role in roles:
        for name in role.apis:
            granting[name].append(role)
    return granting


def _reaches(held: Iterable[HeldRole], granted: HeldRole) -> bool:
    """Whether the roles that one holds reach all rows that the granted one does.

    SELF is no row of another. What SCOPE reaches depends on who holds it, so it is in nothing but itself and ALL.
    """
    scopes = {role.data_scope for role in held}
    if granted.data_scope is DataScope.CUSTOM and DataScope.ALL not in scopes:
        custom = [role.scope_rows for role in held if role.data_scope is DataScope.CUSTOM]
        return all(
            ids <= {row_id for rows in custom for row_id in rows.get(kind, ())}
            for kind, ids in granted.scope_rows.items()
        )
    return granted.data_scope is DataScope.SELF or bool(scopes & {granted.data_scope, DataScope.ALL})


def _buttons(roles: Iterable[HeldRole]) -> set[str]:
    return {code for role in roles for code in role.buttons}


def _named(roles: Iterable[HeldRole]) -> set[str]:
    return {role.code for role in roles} & asked_for_by_name


async def holding_of(role_ids: Collection[int]) -> Holding:
    """What these roles grant, whether or not they are in force, as the database has it now."""
    grants = await read_grants(role_ids)
    menus = await Menu.filter(roles__id__in=sorted(role_ids)).distinct().values_list("route_name", flat=True)
    return Holding(roles=tuple(grants.roles.values()), menus=frozenset(map(str, menus)))


async def held_holding() -> Holding:
    """What the caller's roles in force grant. Of a super administrator, who may do everything, it says nothing.

    As the database has it now: a request may have waited for the end of whoever took a role from its caller.
    """
    roles = Role.filter(users__id=require_actor().user_id, status_type=Status.ENABLED)
    return await holding_of([role.id for role in await roles])


async def ensure_may_grant(role_codes: Collection[str]) -> None:
    """Raise Refusal 2206 if R_SUPER is among the roles, 2201 if one grants more than the caller holds.

    Unknown roles are no matter of this.
    """
    if require_actor().is_super:
        return
    if SUPER_ROLE in role_codes:
        raise Refusal(Code.SUPER_ADMIN_ONLY, f"Only a super administrator may grant {SUPER_ROLE}.")
    held = await held_holding()
    for role in await Role.filter(role_code__in=list(role_codes)).order_by("role_code"):
        excess = (await holding_of([role.id])).beyond(held)
        _refuse(excess, f"You may not grant {role.role_code}, which holds what you do not hold")


async def ensure_may_manage(user_ids: Collection[int]) -> None:
    """Raise Refusal 2206 for a super administrator among the users, 2201 for one who holds more than the caller does.

    Whoever sets the password of an account, or the phone that it is recovered by, has what it holds. One's own account
    is one's own, even if it has a role that is disabled.
    """
    actor = require_actor()
    if actor.is_super:
        return
    held = await held_holding()
    excess_of: dict[frozenset[int], list[str]] = {}  # there are more people than combinations of roles
    for user in await User.filter(id__in=set(user_ids) - {actor.user_id}).order_by("id").prefetch_related("roles"):
        if any(role.role_code == SUPER_ROLE for role in user.roles):
            raise Refusal(Code.SUPER_ADMIN_ONLY, f"Only a super administrator may manage {user.user_name}.")
        roles = frozenset([role.id for role in user.roles])
        if roles not in excess_of:
            excess_of[roles] = (await holding_of(roles)).beyond(held)
        _refuse(excess_of[roles], f"You may not manage {user.user_name}, who holds what you do not hold")


@asynccontextmanager
async def changing_grants(role_id: int) -> AsyncIterator[None]:
    """Within a transaction: change a role, or what it grants, within. It is in force on the next request of every holder.

    Such changes come one after the other. Raises Refusal 2201 if the role then holds what the caller does not hold and it
    did not hold before; who enables a role gives all that it holds.
    """
    await grants_changed()
    if require_actor().is_super:
        yield
        return
    # Asked before the change: of one's own role, one would hold afterwards whatever one has given it.
    held, had, was_enabled = await held_holding(), await holding_of([role_id]), await _is_enabled(role_id)
    yield
    before = had if was_enabled or not await _is_enabled(role_id) else Holding()
    excess = (await holding_of([role_id])).beyond(held | before)
    _refuse(excess, "You may not grant what you do not hold")


async def _is_enabled(role_id: int) -> bool:
    return await Role.filter(id=role_id, status_type=Status.ENABLED).exists()


@asynccontextmanager
async def keeping_a_super_admin() -> AsyncIterator[None]:
    """Within a transaction: disable, delete, or take roles from users within.

    Raises Refusal 2307 if no super administrator would be left who can sign in. Two at once come one after the other.
    """
    await lock_until_commit("super administrators")
    yield
    if not await User.filter(roles__role_code=SUPER_ROLE, status_type=Status.ENABLED).exists():
        raise Refusal(Code.IN_USE, "This is the last super administrator who can sign in; there must be one.")


def _refuse(excess: list[str], why: str) -> None:
    if excess:
        more = len(excess) - _NAMED_AT_MOST
        named = ", ".join(excess[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
        raise Refusal(Code.PERMISSION_DENIED, f"{why}: {named}.")

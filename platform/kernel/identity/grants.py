"""What each role grants, kept in this process; read again when the version in the database has moved.

It is read by whole: some hundred roles are some thousand names, and a role is changed a few times a day.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kernel.context import DataScope, HeldRole
from kernel.identity.models import Api, Button, GrantsVersion, Role, RoleScope
from kernel.schema.types import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """All roles in force, by id, and the use cases that are switched off, as of a version."""

    version: int = -1
    roles: Mapping[int, HeldRole] = field(default_factory=dict)
    switched_off: frozenset[str] = frozenset()

    def of(self, role_ids: Iterable[int]) -> tuple[HeldRole, ...]:
        """Those of the roles that are in force."""
        return tuple([self.roles[role_id] for role_id in role_ids if role_id in self.roles])


_kept = Grants()
_reading = asyncio.Lock()


def kept_grants() -> Grants:
    """What this process knows; at least what the request at hand was authorized by."""
    return _kept


async def grants_at(version: int) -> Grants:
    """What roles grant at this version, or a later one."""
    global _kept
    if _kept.version != version:
        async with _reading:
            if _kept.version != version:
                _kept = await read_grants()
    return _kept


async def grants_version() -> int:
    """The version as the database has it."""
    found = await GrantsVersion.filter(id=1).values_list("version", flat=True)
    return int(str(found[0])) if found else 0


async def read_grants(role_ids: Iterable[int] | None = None) -> Grants:
    """What roles grant as the database has it at this moment; all roles in force, or those of these ids whether or not."""
    # The version first: what is changed meanwhile has another one, and is read again.
    version = await grants_version()
    ids = None if role_ids is None else sorted(role_ids)
    roles = Role.filter(status_type=Status.ENABLED) if ids is None else Role.filter(id__in=ids)
    apis, buttons = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
    rows = defaultdict[int, dict[str, set[int]]](lambda: defaultdict(set))
    rows_of_roles = await roles.values("id", "role_code", "data_scope")
    granting = {"roles__id__isnull": False} if ids is None else {"roles__id__in": ids}
    for name, role_id in await Api.filter(**granting).values_list("route_key", "roles__id"):
        apis[role_id].add(name)
    for code, role_id in await Button.filter(**granting).values_list("button_code", "roles__id"):
        buttons[role_id].add(code)
    scope_rows = RoleScope.all() if ids is None else RoleScope.filter(role_id__in=ids)
    for role_id, subject, row_id in await scope_rows.values_list("role_id", "subject", "row_id"):
        rows[role_id][subject].add(row_id)
    off = await Api.filter(status_type=Status.DISABLED).values_list("route_key", flat=True)
    return Grants(
        version=version,
        roles={
            role["id"]: HeldRole(
                id=role["id"],
                code=role["role_code"],
                data_scope=DataScope(role["data_scope"]),
                scope_rows={subject: frozenset(ids) for subject, ids in rows[role["id"]].items()},
                apis=frozenset(apis[role["id"]]),
                buttons=frozenset(buttons[role["id"]]),
            )
            for role in rows_of_roles
        },
        switched_off=frozenset(map(str, off)),
    )

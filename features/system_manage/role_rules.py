"""Rules of changing roles that several use cases share. All of it runs within the slice's transaction."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from features.system_manage.modules import declared_roles
from features.system_manage.role_records import Department
from kernel import Code, DataScope, NotFound, Refusal, Status, require_actor
from kernel.identity.changes import grants_changed
from kernel.identity.models import SUPER_ROLE, Api, Button, Menu, Role, User
from kernel.rbac.grants import changing_grants, ensure_may_grant
from kernel.rbac.scope_rows import replace_scope_rows


@asynccontextmanager
async def changing(role_id: int) -> AsyncIterator[Role]:
    """Change the role, which is locked, within. It is in force on the next request of every holder.

    Raises Refusal 1101; 2206 for R_SUPER, super administrators aside; 2201 if it then grants what the caller does not hold.
    """
    async with changing_grants(role_id):
        role = await Role.for_update(role_id)
        _ensure_may_change([role])
        yield role


async def columns_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that these fields of a request are written to. Raises Refusal 1101 for a home that is not there."""
    home_id = fields.get("by_role_home_id")
    if home_id is not None and not await Menu.exists(id=home_id):
        raise NotFound.of(Menu)
    return {"home_id" if name == "by_role_home_id" else name: value for name, value in fields.items()}


async def change_role(role: Role, changes: Mapping[str, Any]) -> None:
    """Write these fields. Raises Refusal 2301, 1101 for a home that is not there, 2307 for what R_SUPER must stay, and what
    `ensure_may_use_code` does for another code.
    """
    if role.role_code == SUPER_ROLE:
        _ensure_stays_super(changes)
    columns = await columns_of(changes)
    if role.data_scope is DataScope.CUSTOM and changes.get("data_scope", DataScope.CUSTOM) is not DataScope.CUSTOM:
        await replace_scope_rows(role.id, Department.id_kind, [])
    code = role.role_code
    await role.update_from_dict(columns).save(update_fields=list(columns))
    if role.role_code != code:
        await ensure_may_use_code(role.role_code)


async def ensure_may_use_code(code: str) -> None:
    """Raise Refusal 2206 for a code that a module declares, 2201 if the role that has it now holds what the caller does not.

    Whoever is given a role by that code, by a rule of some module, is given what this one holds from now on. And to a
    declared code start-up grants what is new in the code, to R_ADMIN all of it.
    """
    if code in declared_roles() and not require_actor().is_super:
        raise Refusal(Code.SUPER_ADMIN_ONLY, f"{code} is declared; only a super administrator may bring it back.")
    await ensure_may_grant([code])


async def replace_granted(role: Role, model: type[Menu | Button | Api], row_ids: Collection[int]) -> None:
    """Let the role grant these pages, buttons or use cases, and no others of the kind. Raises Refusal 1101."""
    relation = {Menu: role.menus, Button: role.buttons, Api: role.apis}[model]
    wanted = await model.filter(id__in=set(row_ids)).order_by("id")
    if len(wanted) != len(set(row_ids)):
        raise NotFound.of(model)
    if gone := [row for row in await relation if row not in wanted]:
        await relation.remove(*gone)
    await relation.add(*wanted)
    await role.save(update_fields=["updated_at"])


async def delete_roles(role_ids: Collection[int]) -> None:
    """Delete the roles, all or none. Raises Refusal 1101, 2206, and 2307 for R_SUPER and one that somebody holds."""
    await grants_changed()  # without `changing_grants`: who takes away grants nothing
    roles = await Role.all_for_update(role_ids)  # nobody is given one of them from here on
    _ensure_may_change(roles)
    for role in roles:
        if role.role_code == SUPER_ROLE:
            raise Refusal(Code.IN_USE, f"{SUPER_ROLE} cannot be deleted: the system stands on it.")
        if holders := await User.filter(roles__id=role.id).count():
            raise Refusal(Code.IN_USE, f"{role.role_code} is held by {holders} users; take it from them first.")
    await Role.filter(id__in=[role.id for role in roles]).delete()


def _ensure_may_change(roles: Collection[Role]) -> None:
    if not require_actor().is_super and any(role.role_code == SUPER_ROLE for role in roles):
        raise Refusal(Code.SUPER_ADMIN_ONLY, f"Only a super administrator may change {SUPER_ROLE}.")


def _ensure_stays_super(changes: Mapping[str, Any]) -> None:
    stays = {"role_code": SUPER_ROLE, "status_type": Status.ENABLED, "data_scope": DataScope.ALL}
    words = {"role_code": "given another code", "status_type": "disabled", "data_scope": "given another data scope"}
    for name, value in stays.items():
        if changes.get(name, value) != value:
            raise Refusal(Code.IN_USE, f"{SUPER_ROLE} cannot be {words[name]}: the system stands on it.")

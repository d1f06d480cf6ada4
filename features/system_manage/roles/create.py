"""Create a role, which grants nothing yet."""

from features.system_manage.required_fields import ensure_given
from features.system_manage.role_records import RoleCode, RoleName
from features.system_manage.role_rules import columns_of, ensure_may_use_code
from kernel import Created, DataScope, LongText, Request, SqidId, Status, post
from kernel.identity.changes import grants_changed
from kernel.identity.models import Menu, Role


class CreateRoleRequest(Request):
    """`roleName` and `roleCode` are required; each has a refusal of its own (2605, 2606)."""

    role_name: RoleName | None = None
    role_code: RoleCode | None = None
    role_desc: LongText | None = None
    by_role_home_id: SqidId[Menu] | None = None
    data_scope: DataScope = DataScope.SELF
    status_type: Status = Status.ENABLED


@post()
async def create_role(request: CreateRoleRequest) -> Created[Role]:
    """A code that use cases ask for by name is worth more than what the role grants: only who holds it gives it (2201).

    One that a module declares, and that was deleted, only a super administrator brings back (2206).
    """
    ensure_given(dict(request))
    await grants_changed()
    role = await Role.create(**await columns_of(dict(request)))
    await ensure_may_use_code(role.role_code)
    return Created(created_id=role.id)

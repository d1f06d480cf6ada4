"""Change a role: only the fields that are sent."""

from pydantic import MISSING

from features.system_manage.required_fields import ensure_given
from features.system_manage.role_records import RoleCode, RoleName
from features.system_manage.role_rules import change_role, changing
from kernel import DataScope, LongText, Request, SqidId, Status, Updated, patch
from kernel.identity.models import Menu, Role


class UpdateRoleRequest(Request):
    role_name: RoleName | None = None
    role_code: RoleCode | None = None
    role_desc: LongText | None = None
    by_role_home_id: SqidId[Menu] | None = None
    data_scope: DataScope | MISSING = MISSING
    status_type: Status | MISSING = MISSING


@patch("/{role_id}")
async def update_role(role_id: SqidId[Role], request: UpdateRoleRequest) -> Updated[Role]:
    """R_SUPER can be neither disabled nor given another code or data scope (2307)."""
    changes = request.changes()
    ensure_given(changes)
    async with changing(role_id) as role:
        if changes:
            await change_role(role, changes)
    return Updated(updated_id=role_id)

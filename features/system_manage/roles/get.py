"""Show one role, and the departments that it reaches."""

from features.system_manage.role_records import Department, RoleRecord
from kernel import PublicId, SqidId, fetch_one, get
from kernel.identity.models import Role
from kernel.rbac.scope_rows import scope_row_ids


class RoleDetails(RoleRecord):
    """`departmentIds`: what the data scope `custom` reaches, with all that stands below them; empty with another one."""

    department_ids: list[PublicId[Department]]


@get("/{role_id}")
async def get_role(role_id: SqidId[Role]) -> RoleDetails:
    record = await fetch_one(Role.filter(id=role_id), RoleRecord)
    reached = await scope_row_ids(role_id, Department.id_kind)
    return RoleDetails.model_construct(**dict(record), department_ids=reached)

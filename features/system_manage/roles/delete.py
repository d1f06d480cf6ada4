"""Delete a role that nobody holds."""

from features.system_manage.role_rules import delete_roles
from kernel import Deleted, SqidId, delete
from kernel.identity.models import Role


@delete("/{role_id}")
async def delete_role(role_id: SqidId[Role]) -> Deleted[Role]:
    await delete_roles([role_id])
    return Deleted(deleted_id=role_id)

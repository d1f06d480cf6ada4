"""Delete several roles that nobody holds, all or none."""

from features.system_manage.role_rules import delete_roles
from kernel import BatchDeleted, BatchDeleteRequest, delete
from kernel.identity.models import Role


@delete()
async def batch_delete_roles(request: BatchDeleteRequest[Role]) -> BatchDeleted[Role]:
    await delete_roles(request.ids)
    return BatchDeleted(deleted_ids=request.ids)

"""Delete several users, all or none."""

from features.system_manage.account_rules import delete_users
from kernel import BatchDeleted, BatchDeleteRequest, delete
from kernel.identity.models import User


@delete()
async def batch_delete_users(request: BatchDeleteRequest[User]) -> BatchDeleted[User]:
    await delete_users(request.ids)
    return BatchDeleted(deleted_ids=request.ids)

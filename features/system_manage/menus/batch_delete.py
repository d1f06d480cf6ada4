"""Delete several menus, all or none."""

from features.system_manage.menu_rules import delete_menus
from kernel import BatchDeleted, BatchDeleteRequest, delete
from kernel.identity.models import Menu


@delete()
async def batch_delete_menus(request: BatchDeleteRequest[Menu]) -> BatchDeleted[Menu]:
    """A parent and all of its children may go together."""
    await delete_menus(request.ids)
    return BatchDeleted(deleted_ids=request.ids)

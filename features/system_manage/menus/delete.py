"""Delete a menu that no other stands below. A declared one does not come back at the next start."""

from features.system_manage.menu_rules import delete_menus
from kernel import Deleted, SqidId, delete
from kernel.identity.models import Menu


@delete("/{menu_id}")
async def delete_menu(menu_id: SqidId[Menu]) -> Deleted[Menu]:
    """Its buttons go along. A use case that asks for one of them is then for super administrators alone."""
    await delete_menus([menu_id])
    return Deleted(deleted_id=menu_id)

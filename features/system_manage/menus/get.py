"""Show one menu, with all that stands below it."""

from features.system_manage.menu_records import MenuRecord, MenuRow, as_tree
from kernel import NotFound, SqidId, fetch_all, get
from kernel.identity.models import Menu


@get("/{menu_id}")
async def get_menu(menu_id: SqidId[Menu]) -> MenuRecord:
    branch = [menu_id, *await Menu.descendant_ids(menu_id)]
    trees = await as_tree(await fetch_all(Menu.filter(id__in=branch).order_by("order", "id"), MenuRow))
    if not trees:
        raise NotFound.of(Menu)
    return trees[0]

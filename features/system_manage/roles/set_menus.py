"""Say which pages a role grants, and which of them its holders land on."""

from pydantic import MISSING

from features.system_manage.role_rules import change_role, changing, replace_granted
from kernel import Request, SqidId, SqidList, Updated, patch
from kernel.identity.models import Menu, Role


class SetRoleMenusRequest(Request):
    """`byRoleMenuIds` are all of its pages; the catalogs above them need not be named. `byRoleHomeId` null: no home of its own."""

    by_role_menu_ids: SqidList[Menu] | MISSING = MISSING
    by_role_home_id: SqidId[Menu] | None = None


@patch("/{role_id}/menus")
async def set_role_menus(role_id: SqidId[Role], request: SetRoleMenusRequest) -> Updated[Role]:
    changes = request.changes()
    async with changing(role_id) as role:
        if "by_role_menu_ids" in changes:
            await replace_granted(role, Menu, changes.pop("by_role_menu_ids"))
        if changes:
            await change_role(role, changes)
    return Updated(updated_id=role_id)

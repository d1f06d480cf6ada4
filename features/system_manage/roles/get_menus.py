"""Show which pages a role grants, and which of them its holders land on."""

from typing import Annotated

from kernel import PublicId, Schema, Source, SourceList, SqidId, fetch_one, get
from kernel.identity.models import Menu, Role


class RoleMenusResponse(Schema):
    by_role_menu_ids: Annotated[list[PublicId[Menu]], SourceList("menus", "id")]
    by_role_home_id: Annotated[PublicId[Menu] | None, Source("home_id")]


@get("/{role_id}/menus")
async def role_menus(role_id: SqidId[Role]) -> RoleMenusResponse:
    return await fetch_one(Role.filter(id=role_id), RoleMenusResponse)

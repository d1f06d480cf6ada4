"""Show which buttons a role grants."""

from typing import Annotated

from kernel import PublicId, Schema, SourceList, SqidId, fetch_one, get
from kernel.identity.models import Button, Role


class RoleButtonsResponse(Schema):
    by_role_button_ids: Annotated[list[PublicId[Button]], SourceList("buttons", "id")]


@get("/{role_id}/buttons")
async def role_buttons(role_id: SqidId[Role]) -> RoleButtonsResponse:
    return await fetch_one(Role.filter(id=role_id), RoleButtonsResponse)

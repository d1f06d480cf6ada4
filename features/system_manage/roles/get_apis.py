"""Show which APIs a role grants."""

from typing import Annotated

from kernel import PublicId, Schema, SourceList, SqidId, fetch_one, get
from kernel.identity.models import Api, Role


class RoleApisResponse(Schema):
    by_role_api_ids: Annotated[list[PublicId[Api]], SourceList("apis", "id")]


@get("/{role_id}/apis")
async def role_apis(role_id: SqidId[Role]) -> RoleApisResponse:
    return await fetch_one(Role.filter(id=role_id), RoleApisResponse)

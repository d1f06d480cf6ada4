"""Say which APIs a role grants."""

from features.system_manage.role_rules import changing, replace_granted
from kernel import Request, SqidId, SqidList, Updated, patch
from kernel.identity.models import Api, Role


class SetRoleApisRequest(Request):
    """All of its APIs: what is not named is taken away."""

    by_role_api_ids: SqidList[Api]


@patch("/{role_id}/apis")
async def set_role_apis(role_id: SqidId[Role], request: SetRoleApisRequest) -> Updated[Role]:
    async with changing(role_id) as role:
        await replace_granted(role, Api, request.by_role_api_ids)
    return Updated(updated_id=role_id)

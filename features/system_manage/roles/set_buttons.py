"""Say which buttons a role grants."""

from features.system_manage.role_rules import changing, replace_granted
from kernel import Request, SqidId, SqidList, Updated, patch
from kernel.identity.models import Button, Role


class SetRoleButtonsRequest(Request):
    """All of its buttons: what is not named is taken away."""

    by_role_button_ids: SqidList[Button]


@patch("/{role_id}/buttons")
async def set_role_buttons(role_id: SqidId[Role], request: SetRoleButtonsRequest) -> Updated[Role]:
    async with changing(role_id) as role:
        await replace_granted(role, Button, request.by_role_button_ids)
    return Updated(updated_id=role_id)

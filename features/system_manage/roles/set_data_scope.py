"""Say which rows a role reaches."""

from features.system_manage.role_records import Department
from features.system_manage.role_rules import change_role, changing
from kernel import DataScope, InvalidInput, Request, SqidId, SqidList, Updated, patch
from kernel.identity.models import Role
from kernel.rbac.scope_rows import replace_scope_rows


class SetDataScopeRequest(Request):
    """`departmentIds`, with `custom` and only with it: the departments that the role reaches, with all that stands below them."""

    data_scope: DataScope
    department_ids: SqidList[Department] | None = None


@patch("/{role_id}/data-scope")
async def set_data_scope(role_id: SqidId[Role], request: SetDataScopeRequest) -> Updated[Role]:
    is_custom = request.data_scope is DataScope.CUSTOM
    if is_custom and request.department_ids is None:
        raise InvalidInput("departmentIds", "the data scope custom needs them, though there may be none")
    if request.department_ids and not is_custom:
        raise InvalidInput("departmentIds", f"the data scope {request.data_scope} names none; custom does")
    async with changing(role_id) as role:
        await change_role(role, {"data_scope": request.data_scope})
        await replace_scope_rows(role_id, Department.id_kind, request.department_ids or [])
    return Updated(updated_id=role_id)

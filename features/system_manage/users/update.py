"""Change a user: only the fields that are sent."""

from pydantic import MISSING

from features.system_manage.account_rules import (
    RoleCodes,
    give_password,
    new_password,
    replace_roles,
)
from features.system_manage.required_fields import ensure_given
from kernel import (
    Email,
    Gender,
    Password,
    Phone,
    Request,
    ShortText,
    SqidId,
    Status,
    Updated,
    UserName,
    patch,
)
from kernel.identity.models import User
from kernel.rbac.managing import change_status, managing


class UpdateUserRequest(Request):
    """`byUserRoleCodeList` are all of the user's roles. A `password` must be changed by its owner; "" and null leave it."""

    user_name: UserName | None = None
    nick_name: ShortText | None = None
    user_gender: Gender | MISSING = MISSING
    user_phone: Phone | None = None
    user_email: Email | None = None
    status_type: Status | MISSING = MISSING
    by_user_role_code_list: RoleCodes | None = None
    password: Password | None = None


@patch("/{user_id}", transaction=False)  # the password is hashed before the transaction opens
async def update_user(user_id: SqidId[User], request: UpdateUserRequest) -> Updated[User]:
    """Another password, and a user who is disabled: both end all of their sessions."""
    changes = request.changes()
    ensure_given(changes)
    password = await new_password(user_id, changes.pop("password", None), user_name=request.user_name)
    async with managing([user_id]) as (user,):
        if "by_user_role_code_list" in changes:
            await replace_roles(user, changes.pop("by_user_role_code_list"))
        if "status_type" in changes:
            await change_status(user, changes.pop("status_type"))
        if password:
            await give_password(user, password)
        if changes:
            await user.update_from_dict(changes).save(update_fields=list(changes))
    return Updated(updated_id=user_id)

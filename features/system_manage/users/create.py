"""Create a user, who must change the password at the first sign-in."""

from features.system_manage.account_rules import RoleCodes
from kernel import (
    Code,
    Created,
    Email,
    Gender,
    NewPassword,
    Password,
    Phone,
    Refusal,
    Request,
    ShortText,
    Status,
    UserName,
    open_account,
    post,
    transaction,
)
from kernel.identity.models import User
from kernel.rbac.grants import ensure_may_grant


class CreateUserRequest(Request):
    """`userName`, `password` and `byUserRoleCodeList` are required; each has a refusal of its own (2601, 2602, 2603)."""

    user_name: UserName | None = None
    password: Password | None = None
    by_user_role_code_list: RoleCodes = []
    nick_name: ShortText | None = None
    user_gender: Gender = Gender.UNKNOWN
    user_phone: Phone | None = None
    user_email: Email | None = None
    status_type: Status = Status.ENABLED


@post(transaction=False)  # the password is hashed before the transaction opens
async def create_user(request: CreateUserRequest) -> Created[User]:
    user_name, password = required_credentials(request)
    if not request.by_user_role_code_list:
        raise Refusal(Code.USER_ROLE_REQUIRED)
    await ensure_may_grant(request.by_user_role_code_list)
    new_password = await NewPassword.chosen(password, user_name=user_name)
    async with transaction(__name__):
        user_id = await open_account(
            user_name,
            new_password.hash,
            request.by_user_role_code_list,
            nick_name=request.nick_name,
            gender=request.user_gender,
            phone=request.user_phone,
            email=request.user_email,
            status=request.status_type,
        )
    return Created(created_id=user_id)


def required_credentials(request: CreateUserRequest) -> tuple[str, str]:
    if not request.user_name:
        raise Refusal(Code.USERNAME_REQUIRED)
    if not request.password:
        raise Refusal(Code.PASSWORD_REQUIRED)
    return request.user_name, request.password

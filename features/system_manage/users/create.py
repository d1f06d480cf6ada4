"""Create a user, who must change the password at the first sign-in."""

from typing import Annotated

from pydantic import Field

from kernel import (
    BlankIsNone,
    Code,
    Created,
    Email,
    Gender,
    NewPassword,
    NullIsDefault,
    Phone,
    Refusal,
    Schema,
    ShortText,
    Status,
    Success,
    UserName,
    ensure_strong,
    open_account,
    require_actor,
    slice_router,
    transaction,
)
from kernel.identity.models import SUPER_ROLE

router = slice_router()


class CreateUserRequest(Schema):
    """`userName`, `password` and `byUserRoleCodeList` are required; each has a refusal of its own (2601, 2602, 2603)."""

    user_name: Annotated[UserName | None, BlankIsNone] = None
    password: Annotated[str, Field(max_length=128)] | None = None
    by_user_role_code_list: Annotated[
        list[Annotated[str, Field(max_length=64)]], Field(max_length=50), NullIsDefault
    ] = []
    nick_name: Annotated[ShortText | None, BlankIsNone] = None
    user_gender: Annotated[Gender, NullIsDefault] = Gender.UNKNOWN
    user_phone: Annotated[Phone | None, BlankIsNone] = None
    user_email: Annotated[Email | None, BlankIsNone] = None
    status_type: Annotated[Status, NullIsDefault] = Status.ENABLED


@router.post(transaction=False)  # the password is hashed before the transaction opens
async def create_user(request: CreateUserRequest) -> Success[Created]:
    user_name, password = required_credentials(request)
    refuse_roles(request.by_user_role_code_list)
    ensure_strong(password, user_name=user_name)
    new_password = await NewPassword.chosen(password)
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
    return Success(data=Created(created_id=user_id))


def required_credentials(request: CreateUserRequest) -> tuple[str, str]:
    if not request.user_name:
        raise Refusal(Code.USERNAME_REQUIRED)
    if not request.password:
        raise Refusal(Code.PASSWORD_REQUIRED)
    return request.user_name, request.password


def refuse_roles(codes: list[str]) -> None:
    if not codes:
        raise Refusal(Code.USER_ROLE_REQUIRED)
    if SUPER_ROLE in codes and not require_actor().is_super:
        raise Refusal(Code.SUPER_ADMIN_ONLY, f"Only a super administrator may grant {SUPER_ROLE}.")

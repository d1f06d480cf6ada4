"""Give a user a random password, which ends all of their sessions and must be changed at the next sign-in."""

from features.system_manage.account_rules import give_password
from kernel import NewPassword, Schema, SqidId, post
from kernel.identity.models import User
from kernel.rbac.managing import managing


class ResetPasswordResponse(Schema):
    """`rawPassword` is shown this once."""

    raw_password: str


@post("/{user_id}/reset-password", transaction=False)  # the password is hashed before the transaction opens
async def reset_password(user_id: SqidId[User]) -> ResetPasswordResponse:
    password = await NewPassword.generated()
    async with managing([user_id]) as (user,):
        await give_password(user, password)
    return ResetPasswordResponse(raw_password=password.raw)

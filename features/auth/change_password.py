"""Change one's own password, which ends all sessions: sign in again with the new one."""

from kernel import SIGNED_IN, NewPassword, Password, Request, Updated, patch, require_actor, transaction
from kernel.auth.credentials import confirm_password, replace_password
from kernel.identity.models import User


class ChangePasswordRequest(Request):
    old_password: Password
    new_password: Password


@patch("/password", access=SIGNED_IN, open_during_password_change=True, transaction=False)  # hashing takes 60 ms of CPU
async def change_password(request: ChangePasswordRequest) -> Updated[User]:
    user = await confirm_password(require_actor().user_id, request.old_password)
    new = await NewPassword.chosen(request.new_password, user_name=user.user_name, former=request.old_password)
    async with transaction(__name__):
        await replace_password(user, new)
    return Updated(updated_id=user.id)

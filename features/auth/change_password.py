"""Change one's own password, which ends all sessions: sign in again with the new one."""

from kernel import SIGNED_IN, Password, Request, Updated, patch, require_actor
from kernel.auth.credentials import change_own_password
from kernel.identity.models import User


class ChangePasswordRequest(Request):
    old_password: Password
    new_password: Password


@patch("/password", access=SIGNED_IN, open_during_password_change=True, transaction=False)  # hashing takes 60 ms of CPU
async def change_password(request: ChangePasswordRequest) -> Updated[User]:
    user_id = require_actor().user_id
    await change_own_password(user_id, request.old_password, request.new_password)
    return Updated(updated_id=user_id)

"""Who I am: names, addresses, roles and buttons of the signed-in user."""

from features.auth.records import UserInfoResponse, user_info_of
from kernel import SIGNED_IN, get, require_actor


@get("/user-info", access=SIGNED_IN, open_during_password_change=True)
async def user_info() -> UserInfoResponse:
    return await user_info_of(require_actor())

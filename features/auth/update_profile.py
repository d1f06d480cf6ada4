"""Change one's own names and addresses."""

from pydantic import MISSING

from features.auth.records import UserInfoResponse, user_info_of
from kernel import SIGNED_IN, Email, Gender, Phone, Request, ShortText, patch, require_actor
from kernel.identity.models import User


class UpdateProfileRequest(Request):
    """What is left out stays; `""` and null clear."""

    nick_name: ShortText | None = None
    user_gender: Gender | MISSING = MISSING
    user_email: Email | None = None
    user_phone: Phone | None = None


@patch("/profile", access=SIGNED_IN, open_during_password_change=True)
async def update_profile(request: UpdateProfileRequest) -> UserInfoResponse:
    actor = require_actor()
    user = await User.for_update(actor.user_id)
    if changes := request.changes():
        await user.update_from_dict(changes).save(update_fields=list(changes))
    return await user_info_of(actor)

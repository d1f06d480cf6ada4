"""Replace a forgotten password, with a code that was sent to one's phone; this ends all sessions."""

from features.auth.records import CaptchaCode
from kernel import PUBLIC, NewPassword, Password, Phone, Request, Updated, post
from kernel.auth.captcha import trying_code
from kernel.auth.credentials import owner_of_phone, replace_password
from kernel.auth.passwords import ensure_strong
from kernel.identity.models import SecurityEvent, User


class ResetPasswordRequest(Request):
    phone: Phone
    code: CaptchaCode
    password: Password


# A try stays counted, whatever comes after it, and hashing takes 30 ms: no transaction around it all.
@post("/reset-password", access=PUBLIC, transaction=False)
async def reset_password(request: ResetPasswordRequest) -> Updated[User]:
    """Whether the phone has an account is told only to who holds it. The name, if guesses have locked it, is free again."""
    ensure_strong(request.password)
    async with trying_code(request.phone, request.code, SecurityEvent.PASSWORD_RESET) as right:
        owner = await owner_of_phone(request.phone)
        new = await NewPassword.chosen_by_anybody(request.password, user_name=owner.user_name)
        async with right.spent():
            user = await owner_of_phone(request.phone)
            await replace_password(user, new)
    return Updated(updated_id=user.id)

"""Open an account for oneself, with a code that was sent to one's phone."""

from features.auth.records import CaptchaCode
from features.auth.registration import generated_user_name, open_own_account
from kernel import PUBLIC, Created, NewPassword, Password, Phone, Request, UserName, post
from kernel.auth.captcha import trying_code
from kernel.auth.passwords import ensure_strong
from kernel.identity.models import SecurityEvent, User


class RegisterRequest(Request):
    """Without a `userName` one is made."""

    phone: Phone
    code: CaptchaCode
    password: Password
    user_name: UserName | None = None


# A try stays counted, whatever comes after it, and hashing takes 30 ms: no transaction around it all.
@post("/register", access=PUBLIC, transaction=False)
async def register(request: RegisterRequest) -> Created[User]:
    """A refusal for another reason than the code leaves it to be tried again."""
    user_name = request.user_name or generated_user_name()
    ensure_strong(request.password, user_name=user_name)
    async with trying_code(request.phone, request.code, SecurityEvent.REGISTER) as right:
        password = await NewPassword.chosen_by_anybody(request.password, user_name=user_name)
        async with right.spent():
            user_id = await open_own_account(user_name, password, request.phone)
    return Created(created_id=user_id)

"""Sign in with a code that was sent to one's phone."""

from features.auth.records import CaptchaCode, SignInResponse
from kernel import PUBLIC, Phone, Request, post
from kernel.auth.captcha import trying_code
from kernel.auth.credentials import owner_of_phone
from kernel.auth.sessions import open_session
from kernel.identity.models import SecurityEvent


class CodeLoginRequest(Request):
    phone: Phone
    code: CaptchaCode


@post("/code-login", access=PUBLIC, transaction=False)  # a try stays counted, whatever comes after it
async def code_login(request: CodeLoginRequest) -> SignInResponse:
    """Whether the phone has an account is told only to who holds it."""
    async with trying_code(request.phone, request.code, SecurityEvent.CODE_SIGN_IN) as right, right.spent():
        user = await owner_of_phone(request.phone)
        pair = await open_session(user)
    return SignInResponse(token=pair.access, refresh_token=pair.refresh, must_change_password=user.must_change_password)

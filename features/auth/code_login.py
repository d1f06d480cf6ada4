"""Sign in with a code that was sent to one's phone."""

from features.auth.records import CaptchaCode, LoginResponse
from kernel import PUBLIC, Phone, Request, post
from kernel.auth.captcha import spending_code, try_code
from kernel.auth.credentials import owner_of_phone
from kernel.auth.sessions import open_session


class CodeLoginRequest(Request):
    phone: Phone
    code: CaptchaCode


@post("/code-login", access=PUBLIC, transaction=False)  # a try stays counted, whatever comes after it
async def code_login(request: CodeLoginRequest) -> LoginResponse:
    """Whether the phone has an account is told only to who holds it."""
    await try_code(request.phone, request.code)
    async with spending_code(request.phone, request.code):
        user = await owner_of_phone(request.phone)
        pair = await open_session(user)
    return LoginResponse(token=pair.access, refresh_token=pair.refresh, must_change_password=user.must_change_password)

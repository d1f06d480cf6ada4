"""Send a code to a phone, to sign in with, to register, or to reset a forgotten password."""

from kernel import PUBLIC, Phone, Request, Schema, post
from kernel.auth.captcha import LIFETIME, PAUSE, send_code


class CaptchaRequest(Request):
    phone: Phone


class CaptchaResponse(Schema):
    """In seconds: how long the code is good, and after how long another may be asked for."""

    expires_in: int
    resend_in: int


@post("/captcha", access=PUBLIC, transaction=False)  # nothing is held while the code is sent
async def captcha(request: CaptchaRequest) -> CaptchaResponse:
    """The same for every phone, so that nobody learns whose have accounts."""
    await send_code(request.phone)
    return CaptchaResponse(expires_in=LIFETIME.seconds, resend_in=PAUSE.seconds)

"""Sign in with a user name and a password."""

from typing import Annotated

from pydantic import StringConstraints

from features.auth.records import SignInResponse
from kernel import PUBLIC, Password, Request, post
from kernel.auth.credentials import check_credentials
from kernel.auth.login_log import recording
from kernel.auth.sessions import open_session, renew_hash
from kernel.identity.models import SecurityEvent


class LoginRequest(Request):
    user_name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password


@post("/login", access=PUBLIC, transaction=False)  # verifying takes 30 ms of CPU, too long to hold a connection
async def login(request: LoginRequest) -> SignInResponse:
    """An unknown name and a wrong password are one refusal and take one time, so that nobody learns which names exist."""
    async with recording(SecurityEvent.SIGN_IN, user_name=request.user_name):
        user = await check_credentials(request.user_name, request.password)
        pair = await open_session(user)
    await renew_hash(user, request.password)
    return SignInResponse(token=pair.access, refresh_token=pair.refresh, must_change_password=user.must_change_password)

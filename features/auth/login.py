"""Sign in with a user name and a password."""

from typing import Annotated

from pydantic import StringConstraints

from kernel import PUBLIC, Code, Password, Refusal, Request, Schema, post
from kernel.auth.lockout import limit_guesses
from kernel.auth.passwords import verify_password
from kernel.auth.sessions import open_session
from kernel.identity.models import User


class LoginRequest(Request):
    user_name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password


class LoginResponse(Schema):
    token: str
    refresh_token: str
    must_change_password: bool


@post("/login", access=PUBLIC, transaction=False)  # verifying takes 30 ms of CPU, too long to hold a connection
async def login(request: LoginRequest) -> LoginResponse:
    """An unknown name and a wrong password are one refusal and take one time, so that nobody learns which names exist."""
    async with limit_guesses(request.user_name):
        user = await User.get_or_none(user_name=request.user_name)
        if not await verify_password(request.password, user.password_hash if user else None) or user is None:
            raise Refusal(Code.WRONG_CREDENTIALS)
    pair = await open_session(user, request.password)
    return LoginResponse(token=pair.access, refresh_token=pair.refresh, must_change_password=user.must_change_password)

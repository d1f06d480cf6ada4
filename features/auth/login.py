"""Sign in with a user name and a password."""

from typing import Annotated

from pydantic import StringConstraints

from kernel import PUBLIC, Password, Request, Schema, post
from kernel.auth.credentials import check_credentials
from kernel.auth.sessions import open_session, renew_hash


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
    user = await check_credentials(request.user_name, request.password)
    pair = await open_session(user)
    await renew_hash(user, request.password)
    return LoginResponse(token=pair.access, refresh_token=pair.refresh, must_change_password=user.must_change_password)

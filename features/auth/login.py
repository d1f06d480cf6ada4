"""Sign in with a user name and a password."""

from typing import Annotated

from pydantic import StringConstraints

from kernel import PUBLIC, Code, Password, Refusal, Request, Schema, Status, now, post
from kernel.auth.lockout import count_failure, forget_failures, refuse_if_locked
from kernel.auth.passwords import hash_password, needs_renewal, verify_password
from kernel.auth.tokens import issue_pair
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
    await refuse_if_locked(request.user_name)
    user = await User.get_or_none(user_name=request.user_name)
    if not await verify_password(request.password, user.password_hash if user else None) or user is None:
        await count_failure(request.user_name)
        raise Refusal(Code.WRONG_CREDENTIALS)
    # Once more: of many guesses at once, those that were verified after the fifth failure come too late.
    await refuse_if_locked(request.user_name)
    await forget_failures(request.user_name)
    if user.status_type != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    await remember_login(user, request.password)
    pair = issue_pair(user.id, user.token_version)
    return LoginResponse(token=pair.access, refresh_token=pair.refresh, must_change_password=user.must_change_password)


async def remember_login(user: User, password: str) -> None:
    """Note the time, and renew a hash that was made with other parameters, unless the password changed meanwhile."""
    changes: dict[str, object] = {"last_login": now()}
    if needs_renewal(user.password_hash):
        changes["password_hash"] = await hash_password(password)
    unchanged = User.filter(id=user.id, password_hash=user.password_hash)
    # A sign-in is not an edit of the record: the audit columns keep naming whoever edited it last.
    await unchanged.update(**changes, updated_at=user.updated_at, updated_by=user.updated_by)

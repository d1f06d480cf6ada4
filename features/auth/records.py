"""What several slices of this module take and answer with."""

from typing import Annotated

from pydantic import StringConstraints

from kernel import Schema

CaptchaCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[0-9]{6}$")]


class LoginResponse(Schema):
    token: str
    refresh_token: str
    must_change_password: bool

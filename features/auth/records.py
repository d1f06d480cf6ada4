"""What several slices of this module take and answer with: a code, a pair of tokens, and who one is."""

from typing import Annotated, Self

from pydantic import StringConstraints

from kernel import Actor, Gender, PublicId, Schema
from kernel.auth.tokens import TokenPair
from kernel.identity.models import Button, User

CaptchaCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[0-9]{6}$")]


class TokensResponse(Schema):
    token: str
    refresh_token: str

    @classmethod
    def of(cls, pair: TokenPair) -> Self:
        return cls(token=pair.access, refresh_token=pair.refresh)


class SignInResponse(TokensResponse):
    must_change_password: bool


class UserInfoResponse(Schema):
    user_id: PublicId[User]
    user_name: str
    nick_name: str
    user_gender: Gender
    user_email: str | None
    user_phone: str | None
    roles: list[str]
    buttons: list[str]
    must_change_password: bool
    impersonating: bool
    impersonator_id: PublicId[User] | None


async def user_info_of(actor: Actor) -> UserInfoResponse:
    user = await User.get(id=actor.user_id)
    # A super administrator passes every access rule, so every button is shown.
    buttons = await Button.all().values_list("button_code", flat=True) if actor.is_super else actor.buttons
    return UserInfoResponse(
        user_id=actor.user_id,
        user_name=actor.user_name,
        nick_name=user.nick_name or user.user_name,
        user_gender=user.user_gender,
        user_email=user.user_email,
        user_phone=user.user_phone,
        roles=sorted(actor.roles),
        buttons=sorted(map(str, buttons)),
        must_change_password=user.must_change_password,
        impersonating=actor.impersonator_id is not None,
        impersonator_id=actor.impersonator_id,
    )

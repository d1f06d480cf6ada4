"""Get the next pair of tokens for a refresh token, which is spent by that."""

from typing import Annotated

from pydantic import StringConstraints

from features.auth.records import TokensResponse
from kernel import PUBLIC, Code, Refusal, Request, post
from kernel.auth.sessions import refresh_session


class RefreshTokenRequest(Request):
    refresh_token: Annotated[str, StringConstraints(max_length=4096)] | None = None


@post("/refresh-token", access=PUBLIC, transaction=False)  # that a token is used twice is kept, though it is refused
async def refresh_token(request: RefreshTokenRequest) -> TokensResponse:
    if not request.refresh_token:
        raise Refusal(Code.REFRESH_TOKEN_MISSING)
    return TokensResponse.of(await refresh_session(request.refresh_token))

"""Tokens: JWT (RFC 7519), signed by a key with an id, so that the key can be rotated.

The claim `sid` is the session, the family of pairs that began with one sign-in (OpenID Connect Front-Channel Logout 1.0 section 3),
`gen` the pair's number in it.
`SECRET_KEY` signs; what `SECRET_KEY_PREVIOUS` signed still verifies. The algorithm is the configured one, never the
one that a token names (RFC 8725 section 3.1).
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import jwt

from kernel import clock
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import User
from kernel.ids import kind_of
from kernel.settings import settings

_users = kind_of(User)
_REQUIRED = ["sub", "typ", "ver", "sid", "gen", "iat", "exp"]


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a verified token says. `session` names the family of pairs that began with one sign-in."""

    user_id: int
    type: TokenType
    token_version: int
    session: str
    generation: int
    impersonator_id: int | None
    issued_at: int


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str = field(repr=False)
    refresh: str = field(repr=False)


def new_session_name() -> str:
    """What `sid` is to name a session: 32 characters that nobody guesses."""
    return secrets.token_hex(16)


def issue_pair(
    user_id: int,
    token_version: int,
    *,
    session: str,
    generation: int = 0,
    issued_at: datetime | None = None,
    impersonator_id: int | None = None,
) -> TokenPair:
    """An access and a refresh token of a session: of the same arguments the same pair, as long as the key is the same."""
    config = settings()
    issued_at = issued_at or clock.now()
    claims: dict[str, Any] = {
        "sub": _users.encode(user_id),
        "ver": token_version,
        "sid": session,
        "gen": generation,
    }
    if impersonator_id is not None:
        claims["imp"] = _users.encode(impersonator_id)
    return TokenPair(
        access=_sign(claims, TokenType.ACCESS, issued_at, config.jwt_access_token_expire_minutes),
        refresh=_sign(claims, TokenType.REFRESH, issued_at, config.jwt_refresh_token_expire_minutes),
    )


def read_token(encoded: str, expected: TokenType) -> Token:
    """The token, if it is one of ours, in force and of the expected type. Raises Refusal 2100, 2103 or 2105."""
    try:
        key = _verifying_key(jwt.get_unverified_header(encoded)["kid"])
        claims = jwt.decode(
            encoded,
            key,
            algorithms=[settings().jwt_algorithm],
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},  # the one clock, below
        )
        token = Token(
            user_id=_users.decode(claims["sub"]),
            type=TokenType(claims["typ"]),
            token_version=int(claims["ver"]),
            session=str(claims["sid"]),
            generation=int(claims["gen"]),
            impersonator_id=_users.decode(claims["imp"]) if "imp" in claims else None,
            issued_at=int(claims["iat"]),
        )
        expires_at = int(claims["exp"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError):
        raise Refusal(Code.INVALID_TOKEN) from None
    if token.type is not expected:
        raise Refusal(Code.NOT_REFRESH_TOKEN if expected is TokenType.REFRESH else Code.INVALID_TOKEN)
    if expires_at <= clock.now().timestamp():
        # A refresh token that has expired leaves nothing to refresh with: the client then signs in again.
        raise Refusal(Code.INVALID_TOKEN if expected is TokenType.REFRESH else Code.TOKEN_EXPIRED)
    return token


def _sign(claims: dict[str, Any], kind: TokenType, issued_at: datetime, minutes: int) -> str:
    config = settings()
    payload = {
        **claims,
        "typ": kind.value,
        "iat": int(issued_at.timestamp()),
        "exp": int((issued_at + timedelta(minutes=minutes)).timestamp()),
    }
    key = config.signing_key
    return jwt.encode(payload, key, algorithm=config.jwt_algorithm, headers={"kid": _key_id(key)})


@cache
def _key_id(key: str) -> str:
    return hashlib.sha256(b"tessera key id:" + key.encode()).hexdigest()[:8]


def _verifying_key(key_id: str) -> str:
    """The key of this id: the one that signs, or the one that signed before it. Raises KeyError for another."""
    config = settings()
    keys = [config.signing_key]
    if config.secret_key_previous:
        keys.append(config.secret_key_previous.get_secret_value())
    return {_key_id(key): key for key in keys}[key_id]

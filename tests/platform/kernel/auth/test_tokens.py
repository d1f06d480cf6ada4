"""Tokens: signed by a key that can be rotated, good until our clock says otherwise, and silent about keys of rows."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import jwt
import pytest

from kernel import clock
from kernel.auth.tokens import TokenType, issue_pair, new_session_name, read_token
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import User
from kernel.ids import kind_of
from tests.conftest import NOW
from tests.platform.kernel.conftest import Configure

OLD_KEY, NEW_KEY, THIRD_KEY = (name * 40 for name in "abc")
USER, IMPERSONATOR = 987_654_321, 123_456_789
SESSION = "family"


def part(token: str, number: int) -> dict[str, Any]:
    """The header (0) or the claims (1), read as anyone can read them."""
    text = token.split(".")[number]
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def code_of(token: str, expected: TokenType = TokenType.ACCESS) -> Code:
    with pytest.raises(Refusal) as refused:
        read_token(token, expected)
    assert isinstance(refused.value.code, Code)
    return refused.value.code


def signed(claims: dict[str, Any], key: str = OLD_KEY, algorithm: str = "HS256", **headers: Any) -> str:
    """A token of these claims that is right in all else."""
    kid = part(issue_pair(USER, 0, session=SESSION).access, 0)["kid"]
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid, **headers})


@pytest.fixture(autouse=True)
def old_key(configure: Configure) -> None:
    configure(SECRET_KEY=OLD_KEY, SECRET_KEY_PREVIOUS=None)


@pytest.fixture
def claims() -> dict[str, Any]:
    """The claims of a good access token."""
    return part(issue_pair(USER, 0, session=SESSION).access, 1)


def test_what_is_written_is_read() -> None:
    pair = issue_pair(USER, 3, session="family", impersonator_id=IMPERSONATOR)
    access, refresh = read_token(pair.access, TokenType.ACCESS), read_token(pair.refresh, TokenType.REFRESH)
    for token in (access, refresh):
        assert (token.user_id, token.token_version, token.session) == (USER, 3, "family")
        assert (token.impersonator_id, token.issued_at) == (IMPERSONATOR, int(NOW.timestamp()))
    assert read_token(issue_pair(USER, 0, session=SESSION).access, TokenType.ACCESS).impersonator_id is None


def test_the_same_pair_is_the_same_text_and_each_other_pair_another() -> None:
    """Of two refreshes that race, both are given one pair, by whichever worker."""
    assert issue_pair(USER, 0, session=SESSION) == issue_pair(USER, 0, session=SESSION)
    others = [
        issue_pair(USER, 1, session=SESSION),
        issue_pair(USER, 0, session=new_session_name()),
        issue_pair(USER, 0, session=SESSION, generation=1),
        issue_pair(USER, 0, session=SESSION, issued_at=NOW + timedelta(seconds=1)),
    ]
    assert len({pair.access for pair in others} | {pair.refresh for pair in others}) == 8


def test_no_key_of_a_row_leaves_the_house() -> None:
    for token in (pair := issue_pair(USER, 3, session=SESSION, impersonator_id=IMPERSONATOR)).access, pair.refresh:
        claims = part(token, 1)
        assert (kind_of(User).decode(claims["sub"]), kind_of(User).decode(claims["imp"])) == (USER, IMPERSONATOR)
        for number in (USER, IMPERSONATOR):
            assert str(number) not in json.dumps([part(token, 0), claims])


# --- types


def test_an_access_token_refreshes_nothing_and_a_refresh_token_opens_nothing() -> None:
    pair = issue_pair(USER, 0, session=SESSION)
    assert code_of(pair.access, TokenType.REFRESH) is Code.NOT_REFRESH_TOKEN
    assert code_of(pair.refresh, TokenType.ACCESS) is Code.INVALID_TOKEN


# --- time


@pytest.mark.parametrize(("kind", "minutes"), [(TokenType.ACCESS, 720), (TokenType.REFRESH, 10080)])
def test_it_is_good_until_our_clock_says_otherwise(kind: TokenType, minutes: int) -> None:
    token = getattr(issue_pair(USER, 0, session=SESSION), kind)
    with clock.frozen(NOW + timedelta(minutes=minutes, milliseconds=-1)):
        assert read_token(token, kind).user_id == USER
    with clock.frozen(NOW + timedelta(minutes=minutes)):
        # With an expired refresh token there is nothing to refresh with: sign in again.
        expired = Code.TOKEN_EXPIRED if kind is TokenType.ACCESS else Code.INVALID_TOKEN
        assert code_of(token, kind) is expired


def test_how_long_is_configured(configure: Configure) -> None:
    configure(JWT_ACCESS_TOKEN_EXPIRE_MINUTES="5", JWT_REFRESH_TOKEN_EXPIRE_MINUTES="7")
    pair = issue_pair(USER, 0, session=SESSION)
    for token, minutes in ((pair.access, 5), (pair.refresh, 7)):
        assert part(token, 1)["exp"] - part(token, 1)["iat"] == minutes * 60


def test_the_wrong_kind_is_told_before_the_age() -> None:
    pair = issue_pair(USER, 0, session=SESSION)
    with clock.frozen(NOW + timedelta(days=365)):
        assert code_of(pair.access, TokenType.REFRESH) is Code.NOT_REFRESH_TOKEN


def test_a_clock_that_is_a_little_behind_does_no_harm() -> None:
    token = issue_pair(USER, 0, session=SESSION).access
    with clock.frozen(NOW - timedelta(minutes=5)):
        assert read_token(token, TokenType.ACCESS).user_id == USER


# --- keys


def test_a_key_is_named_by_an_id_that_does_not_give_it_away(configure: Configure) -> None:
    old = part(issue_pair(USER, 0, session=SESSION).access, 0)
    assert old == {"alg": "HS256", "typ": "JWT", "kid": old["kid"]}
    assert len(old["kid"]) == 8
    assert part(issue_pair(USER, 0, session=SESSION).access, 0) == old
    configure(SECRET_KEY=NEW_KEY)
    assert part(issue_pair(USER, 0, session=SESSION).access, 0)["kid"] != old["kid"]


def test_a_rotated_key_signs_while_the_old_one_still_verifies(configure: Configure) -> None:
    before = issue_pair(USER, 0, session=SESSION).access
    configure(SECRET_KEY=NEW_KEY, SECRET_KEY_PREVIOUS=OLD_KEY)
    after = issue_pair(USER, 0, session=SESSION).access
    for token in (before, after):
        assert read_token(token, TokenType.ACCESS).user_id == USER
    configure(SECRET_KEY=THIRD_KEY, SECRET_KEY_PREVIOUS=NEW_KEY)
    assert code_of(before) is Code.INVALID_TOKEN
    assert read_token(after, TokenType.ACCESS).user_id == USER


def test_rotating_the_key_changes_no_public_id(configure: Configure) -> None:
    before = kind_of(User).encode(USER)
    configure(SECRET_KEY=NEW_KEY)
    assert kind_of(User).encode(USER) == before


def test_a_key_that_was_never_ours_opens_nothing(claims: dict[str, Any]) -> None:
    assert read_token(signed(claims), TokenType.ACCESS).user_id == USER
    assert code_of(signed(claims, NEW_KEY)) is Code.INVALID_TOKEN
    assert code_of(signed(claims, kid="unknown1")) is Code.INVALID_TOKEN
    assert code_of(jwt.encode(claims, OLD_KEY)) is Code.INVALID_TOKEN


@pytest.mark.parametrize("kid", [None, 7, [], {}, "", True])
def test_the_name_of_a_key_is_a_text(kid: object, claims: dict[str, Any]) -> None:
    assert read_token(crafted({"alg": "HS256", "kid": part(signed(claims), 0)["kid"]}, claims), TokenType.ACCESS)
    assert code_of(crafted({"alg": "HS256", "kid": kid}, claims)) is Code.INVALID_TOKEN


def crafted(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token with any header, signed with our own key."""
    parts = ".".join(urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (header, claims))
    signature = urlsafe_b64encode(hmac.digest(OLD_KEY.encode(), parts.encode(), "sha256")).decode().rstrip("=")
    return f"{parts}.{signature}"


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
def test_the_algorithm_is_ours_to_choose(algorithm: str, claims: dict[str, Any]) -> None:
    assert code_of(signed(claims, "" if algorithm == "none" else OLD_KEY * 2, algorithm)) is Code.INVALID_TOKEN


def test_the_configured_algorithm_is_the_one(configure: Configure) -> None:
    short = issue_pair(USER, 0, session=SESSION).access
    configure(SECRET_KEY=OLD_KEY * 2, JWT_ALGORITHM="HS512")
    token = issue_pair(USER, 0, session=SESSION).access
    assert part(token, 0)["alg"] == "HS512"
    assert read_token(token, TokenType.ACCESS).user_id == USER
    assert code_of(short) is Code.INVALID_TOKEN


# --- what is no token


@pytest.mark.parametrize("claim", ["sub", "typ", "ver", "sid", "gen", "iat", "exp"])
def test_no_claim_may_be_missing(claim: str, claims: dict[str, Any]) -> None:
    del claims[claim]
    assert code_of(signed(claims)) is Code.INVALID_TOKEN


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", str(USER)),
        ("sub", "not-an-id"),
        ("typ", "admin"),
        ("ver", "x"),
        ("ver", None),
        ("exp", "tomorrow"),
        ("exp", float("inf")),
        ("imp", "not-an-id"),
        ("imp", None),
        ("imp", 7),
        ("imp", []),
    ],
)
def test_no_claim_may_be_nonsense(claim: str, value: object, claims: dict[str, Any]) -> None:
    assert code_of(signed(claims | {claim: value})) is Code.INVALID_TOKEN


def test_no_part_may_be_changed(claims: dict[str, Any]) -> None:
    header, body, signature = issue_pair(USER, 0, session=SESSION).access.split(".")
    forged = jwt.encode(claims | {"ver": 1}, NEW_KEY).split(".")[1]
    for token in (f"{header}.{forged}.{signature}", f"{header}.{body}.", f"{header}.{body}.{signature[:-4]}AAAA"):
        assert code_of(token) is Code.INVALID_TOKEN


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "é.é.é", "\ud800.a.b", "x" * 100_000, "eyJ9.e30.", "\0"])
def test_nonsense_is_no_token(token: str) -> None:
    assert code_of(token) is Code.INVALID_TOKEN

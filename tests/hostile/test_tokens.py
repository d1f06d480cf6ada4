"""Tokens that are not ours, not valid any more, or not where they belong; and users who have changed since."""

import base64
import hmac
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel import Status, clock
from kernel.auth.tokens import TokenPair, issue_pair, new_session_name
from kernel.identity.models import Api, Role, User
from kernel.ids import public_id
from tests.callers import authorization, new_session
from tests.conftest import NOW, SignedIn
from tests.hostile import verdict

USER_INFO = "/api/v1/auth/user-info"
SEARCH = "/api/v1/business/hr/departments/search"


async def pair_of(user_name: str = "Soybean") -> TokenPair:
    user = await User.get(user_name=user_name)
    return await new_session(user)


async def ask(client: httpx.AsyncClient, token: str, scheme: str = "Bearer") -> tuple[int, str]:
    header = f"{scheme} {token}".encode("utf-8", "surrogateescape")
    return verdict(await client.get(USER_INFO, headers={b"Authorization": header}))


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a token."""
    header, payload, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(header), json.loads(payload)


def signed(header: object, payload: object, *, key: str = "", digest: str = "sha256") -> str:
    """A token with a true signature: by our key, unless another is given."""
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, payload))
    signature = hmac.digest((key or os.environ["SECRET_KEY"]).encode(), text.encode(), digest)
    return f"{text}.{base64url(signature)}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def without_signature(token: str) -> str:
    return token.rpartition(".")[0] + "."


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer undefined",
        "Bearer ...",
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer a.b.c.d.e",
        "Bearer {}.{}.{}",
        "Bearer " + "a" * 100_000,
        "Bearer " + "." * 10_000,
        "Bearer é.ü.名",
        "Bearer \x00",
        "Bearer e30.e30.e30",
        "Bearer " + base64url(b"[" * 100_000) + ".e30.e30",
        "Bearer " + base64url(b'{"kid": ' + b"9" * 10_000 + b"}") + ".e30.e30",
        "Bearer " + base64url(b'{"alg": "HS256", "kid": ["a"]}') + ".e30.e30",
        "Bearer " + base64url(b'{"alg": "HS256", "kid": {"a": 1}}') + ".e30.e30",
        "Bearer " + base64url(b'{"alg": "HS256", "kid": null}') + ".e30.e30",
        "Bearer " + base64url(b'{"alg": "HS256", "kid": "../../dev/null"}') + ".e30.e30",
        "Bearer " + base64url(b'{"alg": "HS256", "kid": "\xff"}') + ".e30.e30",
        "Bearer " + base64url(b'"alg"') + ".e30.e30",
    ],
    ids=lambda header: repr(header[:24]),
)
async def test_a_malformed_header(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get(USER_INFO, headers={b"Authorization": header.encode()})
    assert verdict(answer) == (200, "2100")


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token", "JWT", "BearerX", "Bearer:"])
async def test_another_scheme(client: httpx.AsyncClient, scheme: str) -> None:
    assert await ask(client, (await pair_of()).access, scheme) == (200, "2100")


async def test_a_token_without_a_scheme(client: httpx.AsyncClient) -> None:
    answer = await client.get(USER_INFO, headers={"Authorization": (await pair_of()).access})
    assert verdict(answer) == (200, "2100")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_a_scheme_has_no_case(client: httpx.AsyncClient, scheme: str) -> None:
    """RFC 9110 section 11.1."""
    assert await ask(client, (await pair_of()).access, scheme) == (200, "0000")


async def test_a_token_in_the_wrong_place(client: httpx.AsyncClient) -> None:
    token = (await pair_of()).access
    for header in ("X-Token", "Cookie", "X-Authorization", "Proxy-Authorization", "WWW-Authenticate"):
        value = f"token={token}; Authorization=Bearer {token}" if header == "Cookie" else f"Bearer {token}"
        assert verdict(await client.get(USER_INFO, headers={header: value})) == (200, "2100")
    params = {"token": token, "access_token": token, "Authorization": f"Bearer {token}"}
    assert verdict(await client.get(USER_INFO, params=params)) == (200, "2100")
    assert verdict(await client.post(SEARCH, json=params)) == (200, "2100")


Forge = Callable[[str], str]

FORGERIES: dict[str, Forge] = {
    "no signature": without_signature,
    "half a signature": lambda token: token[:-20],
    "another signature": lambda token: without_signature(token) + base64url(b"\0" * 32),
    "a changed payload": lambda token: ".".join(
        [
            token.split(".")[0],
            base64url(json.dumps(opened(token)[1] | {"sub": public_id(User, 2)}).encode()),
            token.split(".")[2],
        ]
    ),
    "signed by another key": lambda token: signed(*opened(token), key="k" * 43),
    "signed by no key": lambda token: signed(*opened(token), key="\0"),
    "signed by its own key id": lambda token: signed(*opened(token), key=opened(token)[0]["kid"]),
    "alg none": lambda token: without_signature(signed({**opened(token)[0], "alg": "none"}, opened(token)[1])),
    "alg None": lambda token: without_signature(signed({**opened(token)[0], "alg": "None"}, opened(token)[1])),
    "alg none, but signed": lambda token: signed({**opened(token)[0], "alg": "none"}, opened(token)[1]),
    "no alg": lambda token: signed({"kid": opened(token)[0]["kid"], "typ": "JWT"}, opened(token)[1]),
    "HS512": lambda token: signed({**opened(token)[0], "alg": "HS512"}, opened(token)[1], digest="sha512"),
    "HS384": lambda token: signed({**opened(token)[0], "alg": "HS384"}, opened(token)[1], digest="sha384"),
    "RS256": lambda token: signed({**opened(token)[0], "alg": "RS256"}, opened(token)[1]),
    "ES256": lambda token: signed({**opened(token)[0], "alg": "ES256"}, opened(token)[1]),
    "hs256": lambda token: signed({**opened(token)[0], "alg": "hs256"}, opened(token)[1]),
    "unknown key id": lambda token: signed({**opened(token)[0], "kid": "00000000"}, opened(token)[1]),
    "no key id": lambda token: signed({"alg": "HS256", "typ": "JWT"}, opened(token)[1]),
    "a key of its own": lambda token: signed(
        {"alg": "HS256", "jwk": {"kty": "oct", "k": base64url(b"k" * 43)}, "kid": opened(token)[0]["kid"]},
        opened(token)[1],
        key="k" * 43,
    ),
    "an unknown critical extension": lambda token: signed({**opened(token)[0], "crit": ["exp2"]}, opened(token)[1]),
    "a list for a payload": lambda token: signed(opened(token)[0], [1]),
    "nothing for a payload": lambda token: signed(opened(token)[0], None),
    "deep payload": lambda token: ".".join([token.split(".")[0], base64url(b"[" * 100_000), token.split(".")[2]]),
    "a line feed inside": lambda token: token.replace(".", ".\n"),
    "in quotes": lambda token: f'"{token}"',
    "twice": lambda token: f"{token}, Bearer {token}",
}


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_forged_token(client: httpx.AsyncClient, kind: str) -> None:
    assert await ask(client, FORGERIES[kind]((await pair_of()).access)) == (200, "2100")


async def test_the_forger_of_these_tests_can_sign(client: httpx.AsyncClient) -> None:
    """Else the test above would show nothing."""
    assert await ask(client, signed(*opened((await pair_of()).access))) == (200, "0000")


@pytest.mark.parametrize("claim", ["sub", "typ", "ver", "sid", "gen", "iat", "exp"])
async def test_a_token_that_lacks_a_claim(client: httpx.AsyncClient, claim: str) -> None:
    """Even with a true signature."""
    header, payload = opened((await pair_of()).access)
    assert await ask(client, signed(header, payload | {claim: None})) == (200, "2100")
    del payload[claim]
    assert await ask(client, signed(header, payload)) == (200, "2100")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": 1},
        {"sub": "1"},
        {"sub": ["a"]},
        {"typ": "root"},
        {"typ": "Access"},
        {"typ": []},
        {"ver": "latest"},
        {"ver": {}},
        {"exp": "tomorrow"},
        {"exp": []},
        {"exp": float("inf")},
        {"iat": "yesterday"},
        {"imp": "1"},
        {"imp": 1},
    ],
    ids=str,
)
async def test_a_claim_that_we_would_not_write(client: httpx.AsyncClient, claims: dict[str, object]) -> None:
    header, payload = opened((await pair_of()).access)
    assert await ask(client, signed(header, payload | claims)) == (200, "2100")


async def test_a_refresh_token_opens_no_door(client: httpx.AsyncClient) -> None:
    assert await ask(client, (await pair_of()).refresh) == (200, "2100")


async def test_a_token_lives_for_twelve_hours(client: httpx.AsyncClient) -> None:
    token = (await pair_of()).access
    with clock.frozen(NOW + timedelta(hours=12, seconds=-1)):
        assert await ask(client, token) == (200, "0000")
    with clock.frozen(NOW + timedelta(hours=12)):
        assert await ask(client, token) == (200, "2103")


async def test_an_expired_token_of_somebody_else_is_just_not_valid(client: httpx.AsyncClient) -> None:
    token = signed(*opened((await pair_of()).access), key="k" * 43)
    with clock.frozen(NOW + timedelta(days=1)):
        assert await ask(client, token) == (200, "2100")


async def test_the_user_was_deleted(client: httpx.AsyncClient) -> None:
    token = (await pair_of("User")).access
    await User.filter(user_name="User").delete()
    assert await ask(client, token) == (200, "2101")


@pytest.mark.parametrize("user_id", [0, 10**9, 2**63 - 1])
async def test_there_never_was_such_a_user(client: httpx.AsyncClient, user_id: int) -> None:
    assert await ask(client, issue_pair(user_id, 0, session=new_session_name()).access) == (200, "2101")


@pytest.mark.parametrize("version", [-1, 1, 2**31, 2**64])
async def test_the_sessions_of_the_user_were_ended(client: httpx.AsyncClient, version: int) -> None:
    user = await User.get(user_name="Soybean")
    user.token_version = version
    assert await ask(client, (await new_session(user)).access) == (200, "2106")


async def test_a_session_that_never_was(client: httpx.AsyncClient) -> None:
    user = await User.get(user_name="Soybean")
    assert await ask(client, issue_pair(user.id, 0, session=new_session_name()).access) == (200, "2101")


async def test_the_session_of_another_user(client: httpx.AsyncClient) -> None:
    """Our own key signs no such token; if it did, it would open nothing."""
    user, other = await User.get(user_name="User"), await User.get(user_name="Soybean")
    session = opened((await new_session(user)).access)[1]["sid"]
    assert await ask(client, issue_pair(other.id, 0, session=session).access) == (200, "2101")
    assert await ask(client, issue_pair(user.id, 0, session=session, impersonator_id=other.id).access) == (200, "2101")


async def test_ending_all_sessions_is_in_force_on_the_next_request(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    assert verdict(await soybean.get(USER_INFO)) == (200, "0000")
    await User.filter(user_name="Soybean").update(token_version=1)
    assert verdict(await soybean.get(USER_INFO)) == (200, "2106")


async def test_a_disabled_user(signed_in: SignedIn) -> None:
    """Super administrators are no exception."""
    soybean = await signed_in("R_SUPER")
    assert verdict(await soybean.get(USER_INFO)) == (200, "0000")
    await User.filter(user_name="Soybean").update(status_type=Status.DISABLED)
    assert verdict(await soybean.get(USER_INFO)) == (200, "2102")
    assert verdict(await soybean.post(SEARCH, json={})) == (200, "2102")


async def test_a_user_without_roles(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "0000")
    await (await User.get(user_name="hanmei")).roles.clear()
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "2207")


async def test_a_user_whose_roles_are_all_disabled(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    await Role.filter(role_code="R_HR_MANAGER").update(status_type=Status.DISABLED)
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "2201")
    await Role.all().update(status_type=Status.DISABLED)
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "2207")


async def test_a_disabled_super_role_makes_nobody_super(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_SUPER").update(status_type=Status.DISABLED)
    soybean = await signed_in("R_SUPER")
    assert verdict(await soybean.post(SEARCH, json={})) == (200, "2207")


async def test_a_role_that_was_taken_away(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "0000")
    user, role = await User.get(user_name="hanmei"), await Role.get(role_code="R_HR_MANAGER")
    await user.roles.remove(role)
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "2201")


async def test_a_disabled_api_is_closed_to_all_but_super_admins(signed_in: SignedIn) -> None:
    hanmei, admin, soybean = [await signed_in(role) for role in ("R_HR_MANAGER", "R_ADMIN", "R_SUPER")]
    await Api.filter(route_key="hr.departments.search").update(status_type=Status.DISABLED)
    assert verdict(await hanmei.post(SEARCH, json={})) == (200, "2200")
    assert verdict(await admin.post(SEARCH, json={})) == (200, "2200")
    assert verdict(await soybean.post(SEARCH, json={})) == (200, "0000")
    assert verdict(await hanmei.get("/api/v1/business/hr/departments/tree")) == (200, "0000")


async def test_a_button_that_was_taken_away(signed_in: SignedIn) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    await (await Role.get(role_code="R_HR_MANAGER")).buttons.clear()
    assert verdict(await hanmei.post("/api/v1/business/hr/departments", json={})) == (200, "2202")


async def test_two_callers_are_not_mixed_up(client: httpx.AsyncClient) -> None:
    """One after the other over one connection."""
    for user_name in ("hanmei", "Soybean", "hanmei"):
        answer = await client.get(USER_INFO, headers=await authorization(user_name))
        assert answer.json()["data"]["userName"] == user_name
    assert verdict(await client.get(USER_INFO)) == (200, "2100")

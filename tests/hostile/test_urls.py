"""URLs and methods that nothing answers to, request ids of all kinds, and errors that nobody foresaw."""

import re

import httpx
import pytest

from features.hr.models import Department
from kernel.identity.models import User
from kernel.ids import public_id
from tests.callers import every_slice, method_of
from tests.conftest import SignedIn
from tests.hostile import url_of, verdict

LIVE = "/api/v1/health/live"
USERS = "/api/v1/system-manage/users"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v1/health",
        "/api/v2/health/live",
        "/API/v1/health/live",
        "/api/v1/health/LIVE",
        "/health/live",
        "/index.php",
        "/.env",
        "/.git/config",
        "/api/v1/health/live;v=1",
        "/api/v1/health/live%20",
        "/api/v1/health/live%00",
        "/api/v1/health/live%0d%0aX-Evil:%201",
        "/%",
        "/%zz",
        "/%ff%fe",
        "/%ed%a0%80",
        "/{}",
        "/api/v1/{}/live",
        "/" + "a" * 60_000,
        "/" + "a/" * 30_000,
        "/api/v1" + "/{}" * 1_000,
    ],
    ids=lambda path: path[:24],
)
async def test_an_unknown_url(client: httpx.AsyncClient, path: str) -> None:
    assert verdict(await client.get(path)) == (404, "1001")


async def test_a_slash_at_the_end_or_twice_is_another_url(client: httpx.AsyncClient) -> None:
    for route in every_slice():
        method, url = method_of(route), url_of(route)
        for other in (url + "/", "/" + url, url.replace("/v1/", "/v1//"), url + "//", url + "/x/y/z"):
            answer = await client.request(method, f"http://test{other}")
            assert (other, *verdict(answer)) == (other, 404, "1001")
            assert "location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/health/%2e/live",
        "/api/v1/health/%2e%2e/health/live",
        "/api/v1/health/live/%2e%2e",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/health/..%5clive",
    ],
)
async def test_dots_lead_nowhere(client: httpx.AsyncClient, path: str) -> None:
    assert verdict(await client.get(path)) == (404, "1001")


@pytest.mark.parametrize("path", ["/api/v1%2Fsystem-manage%2Fusers%2F{}", "/api%2fv1/system-manage/users%2f{}"])
async def test_an_encoded_slash_is_no_way_around_the_door(
    client: httpx.AsyncClient, signed_in: SignedIn, path: str
) -> None:
    path = path.replace("{}", public_id(User, 1))
    assert verdict(await client.get(path)) in [(404, "1001"), (200, "2100")]
    hanmei = await signed_in("R_HR_MANAGER")
    assert verdict(await hanmei.get(path)) in [(404, "1001"), (200, "2201")]


async def test_an_encoded_slash_in_an_id(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    for segment in ("a%2Fb", "%2F", f"{public_id(User, 1)}%2F", f"..%2F..%2F{public_id(User, 1)}"):
        assert (segment, *verdict(await soybean.get(f"{USERS}/{segment}"))) == (segment, 404, "1001")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PUT", "BREW", "PROPFIND", "G" * 200])
async def test_an_unknown_method(client: httpx.AsyncClient, method: str) -> None:
    for route in every_slice():
        if method != method_of(route):
            assert verdict(await client.request(method, url_of(route))) == (405, "1002")
    assert verdict(await client.request(method, "/api/v1/nothing")) == (404, "1001")


async def test_another_known_method(client: httpx.AsyncClient) -> None:
    for method, url in {
        "GET": "/api/v1/auth/login",
        "POST": LIVE,
        "PATCH": USERS,
        "DELETE": "/api/v1/route/exists",
    }.items():
        assert verdict(await client.request(method, url)) == (405, "1002")


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    """RFC 9110 section 15.5.6."""
    assert (await client.get("/api/v1/auth/login")).headers["allow"] == "POST"
    answer = await client.post("/api/v1/business/hr/departments/v7wlCUck")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PATCH"


async def test_head_is_answered_without_a_body(client: httpx.AsyncClient) -> None:
    for url, status in {LIVE: 200, "/api/v1/auth/login": 405, "/api/v1/nothing": 404}.items():
        answer = await client.head(url)
        assert (answer.status_code, answer.content) == (status, b"")
        assert answer.headers["x-request-id"]


async def test_a_method_cannot_be_overridden(signed_in: SignedIn) -> None:
    department = await Department.create(name="Legal", code="LE")
    soybean = await signed_in("R_SUPER")
    url = f"/api/v1/business/hr/departments/{public_id(Department, department.id)}"
    await soybean.get(url, headers={"X-HTTP-Method-Override": "DELETE"}, params={"_method": "DELETE"})
    assert await Department.exists(id=department.id)


async def test_a_query_where_none_is_asked_for(client: httpx.AsyncClient) -> None:
    for query in ("?", "?a=1&a=2&&&=", "?" + "a=b&" * 5_000, "?%ff=%fe", "?a[b][c]=1"):
        assert verdict(await client.get(LIVE + query)) == (200, "0000")


@pytest.mark.parametrize("request_id", ["a", "7", "a" * 64, "0123-abc_DEF.ghi", "---", "..."])
async def test_a_sane_request_id_is_kept(client: httpx.AsyncClient, request_id: str) -> None:
    answer = await client.get(LIVE, headers={"X-Request-ID": request_id})
    assert answer.headers.get_list("x-request-id") == [request_id]


@pytest.mark.parametrize(
    "request_id",
    [
        b"",
        b" ",
        b"a" * 65,
        b"a b",
        b"a\r\nX-Evil: 1",
        b"a\n",
        b"\x00",
        b"a/b",
        b"<script>",
        b"${jndi:ldap://a}",
        "ä".encode(),
        "名".encode(),
        b"\xff",
    ],
)
async def test_another_request_id_is_replaced(client: httpx.AsyncClient, request_id: bytes) -> None:
    answer = await client.get(LIVE, headers={b"X-Request-ID": request_id})
    (chosen,) = answer.headers.get_list("x-request-id")
    assert re.fullmatch(r"[0-9a-f]{32}", chosen)
    assert "x-evil" not in answer.headers


async def test_each_request_without_an_id_gets_its_own(client: httpx.AsyncClient) -> None:
    ids = {(await client.get(LIVE)).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("status", "method", "url", "content"),
    [
        (200, "GET", LIVE, None),
        (200, "GET", USERS + "/1", None),
        (404, "GET", "/nothing", None),
        (405, "PUT", LIVE, None),
        (413, "POST", "/api/v1/auth/login", b"a" * 2**21),
        (415, "POST", "/api/v1/auth/login", b"user=Soybean"),
    ],
)
async def test_every_answer_names_its_request(
    client: httpx.AsyncClient, status: int, method: str, url: str, content: bytes | None
) -> None:
    answer = await client.request(method, url, content=content, headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.headers.get_list("x-request-id")) == (status, ["mine"])


def explode(*_: object, **__: object) -> None:
    raise RuntimeError("password=hunter2 in /etc/tessera.conf")


async def test_an_unforeseen_error_tells_nothing_but_the_request(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    soybean = await signed_in("R_SUPER")
    monkeypatch.setattr("features.auth.user_info.require_actor", explode)
    answer = await soybean.get("/api/v1/auth/user-info", headers={"X-Request-ID": "mine"})
    assert verdict(answer) == (500, "1000")
    assert answer.headers.get_list("x-request-id") == ["mine"]
    assert answer.json()["data"] is None
    for secret in ("hunter2", "etc", "Runtime", "user_info", "explode"):
        assert secret not in answer.text


async def test_an_unforeseen_error_undoes_what_was_written(
    signed_in: SignedIn, events: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    soybean = await signed_in("R_SUPER")
    monkeypatch.setattr("features.hr.departments.create.Created", explode)
    answer = await soybean.post("/api/v1/business/hr/departments", json={"name": "Legal", "code": "LE"})
    assert verdict(answer) == (500, "1000")
    assert not await Department.exists(code="LE")
    assert events == []


async def test_after_an_unforeseen_error_the_next_request_is_served(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    soybean = await signed_in("R_SUPER")
    with monkeypatch.context() as broken:
        broken.setattr("features.hr.departments.create.Created", explode)
        await soybean.post("/api/v1/business/hr/departments", json={"name": "Legal", "code": "LE"})
    answer = await soybean.post("/api/v1/business/hr/departments", json={"name": "Legal", "code": "LE"})
    assert verdict(answer) == (200, "0000")

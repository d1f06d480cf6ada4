"""Bodies that are not what a slice asks for, sent to every slice that reads one."""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from features.hr.models import Department, Employee
from kernel.ids import public_id
from kernel.schema.base import wire_name
from kernel.slices.route import SliceRoute
from tests.callers import id_kinds, method_of
from tests.conftest import SignedIn
from tests.hostile import slices_with_a_body, url_of, verdict

JSON = {"Content-Type": "application/json"}
DEPARTMENTS = "/api/v1/business/hr/departments"
LIMIT = 1024 * 1024  # MAX_BODY_BYTES
TOO_LARGE = b'{"name": "' + b"a" * 2 * LIMIT + b'"}'

Answers = dict[str, tuple[int, str]]
Send = Callable[[Callable[[SliceRoute], bytes]], Awaitable[Answers]]


@pytest.fixture
async def send(signed_in: SignedIn) -> Send:
    """Sends to every slice the body made for it, as a super administrator; the verdicts by slice."""
    soybean = await signed_in("R_SUPER")

    async def send_to_all(body_for: Callable[[SliceRoute], bytes]) -> Answers:
        return {
            route.name: verdict(
                await soybean.request(method_of(route), url_of(route), content=body_for(route), headers=JSON)
            )
            for route in slices_with_a_body()
        }

    return send_to_all


def all_answer(status: int, code: str) -> Answers:
    return {route.name: (status, code) for route in slices_with_a_body()}


def fields_of(route: SliceRoute) -> list[str]:
    """The names of the fields that the slice's request has, on the wire."""
    model: Any = route.body_field.field_info.annotation if route.body_field else None  # typed as a type of any kind
    return [wire_name(name) for name in model.model_fields]


def everywhere(route: SliceRoute, value: str) -> str:
    """A body with this value, as JSON writes it, in every field."""
    return "{" + ", ".join(f'"{field}": {value}' for field in fields_of(route)) + "}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf",
        b"userName=Soybean&password=123456",
        b'{"name": "half of',
        b"{}{}",
        b"{'name': 'Sales'}",
        b'{"name": "Sales",}',
        b'{"name": "Sales"} // the best',
        b"{name: 1}",
        b'{"name": "\xff\xfe"}',
        b'{"name": "\xc0\x80"}',
        b'{"name": "a\x00b"}',
        b'{"name": "a\nb"}',
        b'{"name": "\\x41"}',
        b'{"name": "\\ud8"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 500_000,
        b'{"size": ' + b"9" * 10_000 + b"}",
        b"9" * 10_000,
        b"<xml/>",
        b"\x80\x04\x95\x0c\x00\x00\x00",
        b"\x1f\x8b\x08\x00",
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_what_is_no_json_is_refused(send: Send, body: bytes) -> None:
    assert await send(lambda _: body) == all_answer(200, "1200")


@pytest.mark.parametrize(
    "body", ["[]", "[{}]", '"name"', '""', "0", "1.5", "-1", "null", "true", "NaN", "Infinity", "1e400"]
)
async def test_what_is_no_object_is_refused(send: Send, body: str) -> None:
    assert await send(lambda _: body.encode()) == all_answer(200, "1200")


@pytest.mark.parametrize(
    "value",
    [
        "{}",
        '{"$ne": null}',
        "[[]]",
        '[{"a": [1]}]',
        "1.5",
        "-0.1",
        "NaN",
        "-Infinity",
        "1e400",
        "9" * 4000,
        "-" + "9" * 4000,
        r'"\ud800"',
        r'["\udfff\ud800"]',
        '"\ud800"',
        '{"a":' * 200 + "1" + "}" * 200,
    ],
    ids=lambda value: value[:12],
)
async def test_a_value_of_a_wrong_type_in_every_field_is_refused(send: Send, value: str) -> None:
    assert await send(lambda route: everywhere(route, value).encode(errors="surrogatepass")) == all_answer(200, "1200")


@pytest.mark.parametrize("text", [r"\u0000", r"Sales\u0000", r"\\\u0000", r"é\u0000\u0000", r"\ud83d\u0000"])
async def test_a_nul_is_refused(send: Send, text: str) -> None:
    assert await send(lambda route: everywhere(route, f'"{text}"').encode()) == all_answer(200, "1200")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
async def test_a_nul_is_refused_in_other_encodings(send: Send, encoding: str) -> None:
    """RFC 8259 section 8.1 asks for UTF-8, but Python's parser guesses UTF-16 and UTF-32 as well."""
    assert await send(lambda route: everywhere(route, r'"Sales\u0000"').encode(encoding)) == all_answer(200, "1200")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_a_nul_reaches_no_row(signed_in: SignedIn, encoding: str) -> None:
    soybean = await signed_in("R_SUPER")
    body = json.dumps({"name": "Legal\0department", "code": "LE"}).encode(encoding)
    assert verdict(await soybean.post(DEPARTMENTS, content=body, headers=JSON)) == (200, "1200")
    assert not await Department.exists(code="LE")


async def test_a_backslash_before_u0000_is_no_nul(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    body = rb'{"name": "\\u0000", "code": "LE"}'
    assert verdict(await soybean.post(DEPARTMENTS, content=body, headers=JSON)) == (200, "0000")
    assert (await Department.get(code="LE")).name == r"\u0000"


async def test_of_two_equal_keys_the_last_counts(signed_in: SignedIn) -> None:
    """As in JavaScript; a check of the first one and use of the second would be a hole."""
    soybean = await signed_in("R_SUPER")
    body = b'{"code": "LE", "name": 5, "name": "Legal"}'
    assert verdict(await soybean.post(DEPARTMENTS, content=body, headers=JSON)) == (200, "0000")
    assert (await Department.get(code="LE")).name == "Legal"
    body = b'{"code": "LF", "name": "Legal", "name": 5}'
    assert verdict(await soybean.post(DEPARTMENTS, content=body, headers=JSON)) == (200, "1200")


async def test_unknown_fields_are_never_stored(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    unknown = {
        "id": public_id(Department, 999),
        "createdBy": "nobody",
        "created_at": 0,
        "deletedAt": "2026-01-01",
        "manager": public_id(Employee, 1),
        "__class__": "Employee",
        "\ud800": 1,
    }
    body = json.dumps({"code": "LE", "name": "Legal", **unknown}).encode()
    assert verdict(await soybean.post(DEPARTMENTS, content=body, headers=JSON)) == (200, "0000")
    department = await Department.get(code="LE")
    assert (department.created_by, department.deleted_at, department.manager_id) == ("Soybean", None, None)
    assert department.id != 999


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Sent this way, a body has no Content-Length."""
    for start in range(0, len(body), 2**16):
        yield body[start : start + 2**16]


async def test_a_large_body_is_refused_by_its_content_length(send: Send) -> None:
    assert await send(lambda _: TOO_LARGE) == all_answer(413, "1003")


async def test_a_large_body_without_content_length_is_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    for route in slices_with_a_body():
        answer = await soybean.request(method_of(route), url_of(route), content=in_pieces(TOO_LARGE), headers=JSON)
        assert (route.name, *verdict(answer)) == (route.name, 413, "1003")


async def test_a_large_body_with_a_small_content_length_is_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    answer = await soybean.post(DEPARTMENTS, content=TOO_LARGE, headers={**JSON, "Content-Length": "10"})
    assert verdict(answer) == (413, "1003")


async def test_a_large_body_of_a_stranger_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", content=TOO_LARGE, headers=JSON)
    assert verdict(answer) == (413, "1003")
    answer = await client.post(DEPARTMENTS, content=TOO_LARGE, headers=JSON)
    assert verdict(answer) in [(413, "1003"), (200, "2100")]


async def test_what_is_refused_as_too_large_was_not_done(signed_in: SignedIn) -> None:
    """Not even where the slice reads no body."""
    department = await Department.create(name="Legal", code="LE")
    soybean = await signed_in("R_SUPER")
    answer = await soybean.request("DELETE", f"{DEPARTMENTS}/{public_id(Department, department.id)}", content=TOO_LARGE)
    assert verdict(answer) == (413, "1003")
    assert await Department.exists(id=department.id)


async def test_the_largest_body_is_just_not_too_large(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    url = f"{DEPARTMENTS}/search"
    assert verdict(await soybean.post(url, content=b"{}".ljust(LIMIT), headers=JSON)) == (200, "0000")
    assert verdict(await soybean.post(url, content=b"{}".ljust(LIMIT + 1), headers=JSON)) == (413, "1003")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/jsonp",
        "application/xml; charset=application/json",
        "text/plain, application/json",
        "json",
        "*/*",
        "\xe9",
        "a" * 10_000,
    ],
)
async def test_what_is_not_said_to_be_json_is_refused(signed_in: SignedIn, content_type: str | None) -> None:
    """A browser sends only such types to other sites without asking first, so this also keeps forged forms out."""
    soybean = await signed_in("R_SUPER")
    headers = {} if content_type is None else {b"Content-Type": content_type.encode("latin-1")}
    for route in slices_with_a_body():
        answer = await soybean.request(method_of(route), url_of(route), content=b"{}", headers=headers)
        assert (route.name, *verdict(answer)) == (route.name, 415, "1005")


@pytest.mark.parametrize(
    "content_type", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/a+json"]
)
async def test_json_has_several_names(signed_in: SignedIn, content_type: str) -> None:
    soybean = await signed_in("R_SUPER")
    answer = await soybean.post(f"{DEPARTMENTS}/search", content=b"{}", headers={"Content-Type": content_type})
    assert verdict(answer) == (200, "0000")


@pytest.mark.parametrize("who", ["R_HR_MANAGER", "R_SUPER"])
async def test_random_bodies_break_nothing(signed_in: SignedIn, who: str) -> None:
    """Values that are right, or nearly, or not at all: refused or done, but never a 500."""
    chance = random.Random(who)  # a string, so the same bodies in every run
    caller = await signed_in(who)
    routes = list(slices_with_a_body())
    codes: set[str] = set()
    for route in routes * 10:
        body = json.dumps(
            {each: random_field(route, each, chance) for each in fields_of(route) if chance.random() < 0.8}
        )
        url = url_of(route, chance.randint(1, 8))
        status, code = verdict(await caller.request(method_of(route), url, content=body, headers=JSON))
        assert (status, route.name, body) == (200, route.name, body)
        codes.add(code)
    assert {"0000", "1101", "1200"} < codes


def random_field(route: SliceRoute, field: str, chance: random.Random) -> Any:
    return right_value(route, field, chance) if chance.random() < 0.8 else random_value(chance)


def right_value(route: SliceRoute, field: str, chance: random.Random) -> Any:
    """One that the field's name promises, so that some of the bodies are done."""
    number = chance.randint(1, 8)
    word = f"word{chance.randint(1, 10**6)}"
    kind = {wire_name(name): kind for name, kind in id_kinds(route).items()}.get(field)
    if kind:
        return [kind.encode(number)] if field.lower().endswith("ids") else kind.encode(number)
    if field.lower().endswith("email"):
        return f"{word}@tessera.example"
    if field.lower().endswith("phone"):
        return f"+49 30 {chance.randint(1, 10**6):07}"
    known = {
        "current": 1,
        "size": number,
        "order": number,
        "orderBy": ["-createdAt"],
        "createdAtStart": 0,
        "createdAtEnd": 2 * 10**12,
        "status": chance.choice(["1", "2", "active"]),
        "statusType": "1",
        "userGender": "2",
        "byUserRoleCodeList": ["R_SUPER", "R_USER"],  # or who calls might take from themselves what the rest needs
    }
    return known.get(field, word)


def random_value(chance: random.Random, depth: int = 0) -> Any:
    if depth < 2 and chance.random() < 0.2:
        inner = [random_value(chance, depth + 1) for _ in range(chance.choice([0, 1, 2, 12]))]
        return inner if chance.random() < 0.7 else {str(each): each for each in inner}
    return chance.choice(
        [
            None,
            "",
            True,
            False,
            chance.choice([0, 1, 7, -1, 2**31, 2**63, 2**64, 10**400, 1.5, 1e308, float("nan")]),
            public_id(chance.choice([Department, Employee]), chance.choice([0, 61, 10**9, 2**63 - 1])),
            chance.choice(["hanmei", "Li Lei", "R_SUPER", "-id", "%", "\\", "'", "\x7f", "0", "3", "resigned"]),
            "".join(chance.choice("A \xe9\u4e00\u202e\U0001f600\ud800") for _ in range(5)),
            "x" * chance.choice([2, 8, 50, 51, 100, 101, 254, 255, 500, 501, 4000]),
        ]
    )

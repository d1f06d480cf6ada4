"""Forms that no browser sends, to every use case that takes a file: refused, never a 500, and nothing is left on the disk."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from kernel.slices import route as route_module
from kernel.slices.route import SliceRoute
from tests.callers import Caller, every_slice, method_of
from tests.conftest import SignedIn
from tests.hostile import url_of, verdict
from tests.state import unchanged
from tests.uploads import image, uploaded

FORM = {"Content-Type": "multipart/form-data; boundary=x"}
LIMIT = 2 * 1024 * 1024
# Starlette forgets to close a file whose part has no end; it is closed as soon as nobody has it any more.
unfinished = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
TAKING_FILES = [route for route in every_slice() if route.files]


def part(name: str = "file", content: bytes = b"", file: str | None = 'filename="a.png"', more: str = "") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"' + (f"; {file}" if file else "")
    return b"--x\r\n" + disposition.encode() + b"\r\n" + more.encode() + b"\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--x--\r\n"


GOOD = part(content=image())


@pytest.fixture
async def caller(signed_in: SignedIn) -> Caller:
    """Somebody who may upload everywhere, to themselves as well."""
    return await signed_in("hanmei")


async def answers(caller: Caller, content: object, headers: object = FORM) -> set[tuple[int, str]]:
    """What the use cases answer. Nothing is written then, neither a row nor a file."""
    found: set[tuple[int, str]] = set()
    for route in TAKING_FILES:
        body = content() if callable(content) else content
        found.add(verdict(await caller.request(method_of(route), url_of(route), content=body, headers=headers)))  # pyright: ignore[reportArgumentType]  httpx takes an iterator as well
    return found


async def refused(caller: Caller, content: object, headers: object = FORM) -> set[tuple[int, str]]:
    async with unchanged():
        found = await answers(caller, content, headers)
    assert uploaded() == []
    return found


def test_there_are_some() -> None:
    assert {route.name for route in TAKING_FILES} >= {"hr.employees.set_avatar", "hr.my.set_avatar"}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=x",
        "multipart/form-data-x; boundary=x",
        "image/png",
        "text/plain",
        "application/octet-stream",
        "\xe9",
    ],
)
async def test_what_is_not_said_to_be_a_form_is_refused(caller: Caller, content_type: str | None) -> None:
    headers = {} if content_type is None else {b"Content-Type": content_type.encode("latin-1")}
    for body in (form(GOOD), b"", b"{}", image()):
        assert await refused(caller, body, headers) == {(415, "1005")}


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary",
        "multipart/form-data; boundary=y",
        "multipart/form-data; boundary=" + "x" * 5000,
        'multipart/form-data; boundary="x',
        "multipart/form-data; boundary=x; boundary=y",
        "multipart/form-data; boundary=\xff",
    ],
    ids=lambda text: text[:60],
)
async def test_a_wrong_boundary(caller: Caller, content_type: str) -> None:
    """One that two programs might read otherwise is read in one way, or refused."""
    headers = {b"Content-Type": content_type.encode("latin-1")}
    found = await answers(caller, form(GOOD), headers)
    assert found <= {(200, "1200"), (200, "0000")}
    if content_type.endswith(("form-data", "boundary=", "=y", "x" * 9)) and "=x;" not in content_type:
        assert found == {(200, "1200")}


MALFORMED = {
    "nothing": b"",
    "only an end": b"--x--\r\n",
    "no boundary": b"hello",
    "JSON": b'{"file": "x"}',
    "no end": GOOD,
    "no name": b'--x\r\nContent-Disposition: form-data; filename="a.png"\r\n\r\n' + image() + b"\r\n--x--\r\n",
    "no disposition": b"--x\r\n\r\n" + image() + b"\r\n--x--\r\n",
    "no empty line": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n' + image(),
    "bare line feeds": form(GOOD).replace(b"\r\n", b"\n"),
    "a header of 50 KB": form(part(content=image(), more="X-A: " + "a" * 50_000 + "\r\n")),
    "a thousand headers": form(part(content=image(), more="X-A: a\r\n" * 1000)),
    "a malformed header": form(part(content=image(), more="\x00\x01: \x02\r\n")),
    "a header without a name": form(part(content=image(), more=": a\r\n")),
    "random bytes": random.Random(1).randbytes(5000),
    "random bytes in a form": b"--x\r\n" + random.Random(2).randbytes(5000) + b"\r\n--x--\r\n",
    "boundaries": b"--x\r\n" * 10_000,
    "half boundaries": b"\r\n--" * 100_000,
    "line ends": b"\r\n" * 100_000,
    "returns": b"\r" * 100_000,
    "no file": form(),
    "another name": form(part("avatar", image())),
    "another spelling": form(part("File", image())),
    "a list": form(part("file[]", image())),
    "a text in its place": form(part("file", b"hello", file=None)),
    "an image as a text": form(part("file", image(), file=None)),
    "an empty file": form(part("file", b"")),
    "an empty file without a name": form(part("file", b"", file='filename=""')),
    "two files": form(GOOD, GOOD),
    "two files of other names": form(GOOD, part("other", image())),
    "a thousand files": form(*[part(content=b"")] * 1000),
    "many fields": form(*[part(f"f{number}", b"x", file=None) for number in range(21)], GOOD),
    "very many fields": form(*[part(f"f{number}", b"x", file=None) for number in range(20_000)], GOOD),
}


@unfinished
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_form(caller: Caller, body: bytes) -> None:
    found = await answers(caller, body)
    assert found <= {(200, "1200"), (200, "0000")}
    lenient = {MALFORMED[name] for name in ("no end", "a thousand headers", "bare line feeds")}
    assert body in lenient or found == {(200, "1200")}
    assert body in lenient or uploaded() == []


@pytest.mark.parametrize(
    "file",
    [
        'filename="../../../etc/passwd"',
        'filename="/etc/passwd"',
        'filename="C:\\\\x.png"',
        'filename="x.html"',
        'filename="x.php.png"',
        'filename=".htaccess"',
        'filename=""',
        'filename="\u6f22\u5b57 \u202e.png"',
        'filename="\x00.png"',
        'filename="' + "a" * 3000 + '"',
        "filename*=UTF-8''%2e%2e%2fx.html",
        "filename=x",
    ],
    ids=lambda file: file[:30].encode("unicode_escape").decode(),
)
async def test_no_name_is_used(caller: Caller, file: str) -> None:
    """Nor what the file is said to be."""
    body = form(part(content=image(), file=file, more="Content-Type: text/html\r\n"))
    found = await answers(caller, body)
    assert found <= {(200, "0000"), (200, "1200")}
    assert all(len(name) == 36 and name.endswith(".png") for name in uploaded())


async def test_some_more_fields_are_ignored(caller: Caller) -> None:
    fields = [part(f"f{number}", b"x", file=None) for number in range(20)]
    assert await answers(caller, form(*fields, GOOD)) == {(200, "0000")}


def of_size(size: int) -> bytes:
    return form(part(content=image().ljust(size)))


async def test_a_large_file(caller: Caller) -> None:
    for size in (LIMIT + 1, LIMIT + 64 * 1024, 5 * LIMIT):
        assert await refused(caller, of_size(size)) == {(413, "1003")}


async def test_a_large_file_without_content_length(caller: Caller) -> None:
    for size in (LIMIT + 1, 3 * LIMIT):
        assert await refused(caller, lambda: in_pieces(of_size(size))) == {(413, "1003")}  # noqa: B023  it is called within the turn


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 2**16):
        yield body[start : start + 2**16]


async def test_a_body_without_end(caller: Caller) -> None:
    """It is read as far as it may be, and no further."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield GOOD.removesuffix(b"\r\n")
        while True:
            read += 2**16
            yield bytes(2**16)

    assert await refused(caller, endless) == {(413, "1003")}
    assert read < len(TAKING_FILES) * (LIMIT + 17 * 1024 * 1024)  # what is drained before the answer


async def test_a_large_field_beside_the_file(caller: Caller) -> None:
    body = form(part("other", bytes(1024 * 1024 + 1), file=None), GOOD)
    assert await refused(caller, body) == {(200, "1200")}


async def test_a_slow_body(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_module, "BODY_SECONDS", 0.05)
    never = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield GOOD
        await never.wait()

    assert await refused(caller, slow) == {(408, "1006")}


@unfinished
async def test_a_body_that_ends_too_early(caller: Caller) -> None:
    for length in range(0, len(form(GOOD)) - 10, 7):
        found = await answers(caller, form(GOOD)[:length])
        assert found <= {(200, "1200")}, length
    assert uploaded() == []


async def test_a_stranger_is_told_before_the_body_is_read(client: Caller) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    for route in TAKING_FILES:
        answer = await client.request(method_of(route), url_of(route), content=b"", headers=FORM)
        assert verdict(answer) == (200, "2100")
    assert uploaded() == []


async def test_no_room_for_a_form(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than a megabyte waits on the disk while it is read."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", full)
    assert await refused(caller, form(GOOD)) == {(503, "1004")}


@unfinished
async def test_hundred_mutilated_forms(caller: Caller) -> None:
    """A good one, with some bytes changed, left out or doubled: done or refused, never a 500."""
    chance = random.Random(7)
    good = form(
        part("other", b"hello", file=None), part(content=image("JPEG", (40, 40)), more="Content-Type: image/jpeg\r\n")
    )
    codes: set[tuple[int, str]] = set()
    for _ in range(100):
        body = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(body))
            match chance.randrange(3):
                case 0:
                    body[at] = chance.randrange(256)
                case 1:
                    del body[at : at + chance.randint(1, 40)]
                case _:
                    body[at:at] = body[at : at + 40]
        codes |= await answers(caller, bytes(body))
    assert codes == {(200, "0000"), (200, "1200")}


def test_every_one_says_how_large_a_file_may_be() -> None:
    """The bound of all bodies is meant for JSON."""
    unbounded: list[SliceRoute] = [route for route in TAKING_FILES if not route.max_file_bytes]
    assert unbounded == []

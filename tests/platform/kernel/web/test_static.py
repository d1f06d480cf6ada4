"""What is served below /static/, how, and what is not."""

import os

import pytest
from fastapi import FastAPI

from kernel.settings import settings
from kernel.uploads import folder
from tests.callers import Caller
from tests.conftest import Counting
from tests.hostile import verdict
from tests.platform.kernel.small_app import Message, http_scope, no_body
from tests.uploads import image

PNG = f"{'a1' * 16}.png"
URL = f"/static/{PNG}"


@pytest.fixture
def content(app: FastAPI) -> bytes:
    """Of a picture that somebody has uploaded."""
    folder().mkdir()
    (folder() / PNG).write_bytes(image())
    return image()


async def test_a_picture_is_shown_as_one_and_does_nothing(client: Caller, content: bytes, counting: Counting) -> None:
    with counting() as cost:
        answer = await client.get(URL)
    assert (answer.status_code, answer.content) == (200, content)
    assert (cost.statements, cost.commands) == ([], [])
    told = {name: answer.headers[name] for name in ("content-type", "content-length", "content-security-policy")}
    assert told == {
        "content-type": "image/png",
        "content-length": str(len(content)),
        "content-security-policy": "default-src 'none'; sandbox",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "inline"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("ending", "media_type"), [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")]
)
async def test_the_ending_tells_what_it_is(
    ending: str, media_type: str, client: Caller, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not a list of the machine's."""
    monkeypatch.setattr("mimetypes.guess_type", lambda *_, **__: ("text/html", None))
    monkeypatch.setattr("starlette.responses.guess_type", lambda *_, **__: ("text/html", None))
    url = URL.replace("png", ending)
    (folder() / PNG).rename(folder() / url.removeprefix("/static/"))
    assert (await client.get(url)).headers["content-type"] == media_type


async def test_the_head_of_a_picture(client: Caller, content: bytes) -> None:
    answer = await client.head(URL)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(content))
    assert (await client.head("/static/x.png")).status_code == 404


async def test_who_has_it_already_is_told_so(client: Caller, content: bytes) -> None:
    tag = (await client.get(URL)).headers["etag"]
    for asked in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"If-None-Match": f'"x", W/{tag}'}):
        answer = await client.get(URL, headers=asked)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["cache-control"].endswith("immutable")
        assert answer.headers["etag"] == tag
    assert (await client.get(URL, headers={"If-None-Match": '"another"'})).status_code == 200


@pytest.mark.parametrize(
    "asked", ["bytes=0-3", "bytes=5-1", "bytes=-1", "bytes=0-1,3-4", "bytes=99999-", "x", "bytes=" + "0-1," * 500]
)
async def test_there_are_no_parts(asked: str, client: Caller, content: bytes) -> None:
    answer = await client.get(URL, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["accept-ranges"] == "none"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_a_picture_answers_to_no_other_method(method: str, client: Caller, content: bytes) -> None:
    answer = await client.request(method, URL)
    assert verdict(answer) == (405, "1002")
    assert answer.headers["allow"] == "GET, HEAD"


NOT_SERVED = [
    "/static",
    "/static/",
    "/static//",
    f"/static/{'a2' * 16}.png",
    f"/static/{PNG}/",
    f"/static//{PNG}",
    f"/static/./{PNG}",
    f"/static/x/../{PNG}",
    f"/static/../uploads/{PNG}",
    f"/static/%2e%2e/uploads/{PNG}",
    f"/static/{PNG}%00",
    f"/static/{PNG}%0a",
    f"/static/{PNG}.unfinished",
    f"/static/{PNG.upper()}",
    f"/static/{PNG.removesuffix('.png')}",
    f"/static/{PNG.replace('.png', '.svg')}",
    f"/static/{PNG.replace('.png', '.html')}",
    f"/static/.{PNG}",
    f"/STATIC/{PNG}",
    "/static/../secret_key",
    "/static/..%2fsecret_key",
    "/static/..%5csecret_key",
    "/static/%2fetc%2fpasswd",
    "/static//etc/passwd",
    "/static/.htaccess",
    "/static/%00",
    "/static/%ff%fe",
    "/static/" + "a" * 5000,
    "/static/" + "a/" * 2000,
]


@pytest.mark.parametrize("path", NOT_SERVED, ids=lambda path: path[:60])
async def test_nothing_else_is_served(path: str, content: bytes, app: FastAPI) -> None:
    """As a server hands it over, which decodes the path and does not tidy it up."""
    (settings().var_dir / "secret_key").write_text("a secret")
    for name in (".htaccess", f"{PNG}.unfinished", PNG.removesuffix(".png")):
        (folder() / name).write_text("a secret")
    decoded = bytes.fromhex(path.encode().hex())
    for code in {decoded[at : at + 3] for at in range(len(decoded)) if decoded[at : at + 1] == b"%"}:
        decoded = decoded.replace(code, bytes.fromhex(code[1:].decode()))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app(http_scope(decoded.decode("utf-8", "replace")), no_body, send)
    assert sent[0]["status"] == 404
    body = b"".join(message.get("body", b"") for message in sent[1:])
    assert b'"code":"1001"' in body
    assert b"secret\n" not in body
    (settings().var_dir / "secret_key").unlink()


async def test_what_is_no_file_is_not_served(client: Caller, content: bytes) -> None:
    """A folder of such a name, and a link out of the folder."""
    secret, file = settings().var_dir / "secret_key", folder() / PNG
    secret.write_text("a secret")
    file.unlink()
    file.mkdir()
    assert verdict(await client.get(URL)) == (404, "1001")
    file.rmdir()
    for make in (lambda: file.symlink_to(secret), lambda: file.symlink_to("/etc"), lambda: os.mkfifo(file)):
        make()
        assert verdict(await client.get(URL)) == (404, "1001")
        file.unlink()
    secret.unlink()


async def test_before_the_first_upload_there_is_nothing(client: Caller) -> None:
    assert not folder().exists()
    assert verdict(await client.get(URL)) == (404, "1001")

"""Uploaded images: what is stored of them, where, and when it goes again."""

import asyncio
import errno
import os
import struct
import threading
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, UploadFile
from PIL import Image, PngImagePlugin
from structlog.testing import capture_logs

from features.hr.models import Employee
from kernel import (
    Code,
    InvalidInput,
    OperatorError,
    TransportRefusal,
    discard_upload,
    stored_image,
    transaction,
    uploads,
)
from kernel.clock import frozen, now
from kernel.database.driver_errors import CommitUnknown
from kernel.settings import settings
from kernel.uploads import MAX_PIXELS, MAX_SCANS, MAX_SIDE, NAME, folder, sweep
from tests.uploads import RED, decoded, image, uploaded

pytestmark = pytest.mark.usefixtures("app")

MARK = b"<script>alert(1)</script>"


async def stored(content: bytes) -> bytes:
    """What is on the disk of it, while it is stored."""
    async with stored_image(UploadFile(BytesIO(content))) as url:
        return path_of(url).read_bytes()


def path_of(url: str) -> Path:
    return folder() / url.removeprefix("/static/")


async def refused(content: bytes) -> str:
    """The sentence with which it is refused; nothing is on the disk then."""
    before = uploaded()
    with pytest.raises(InvalidInput) as refusal:
        await stored(content)
    assert uploaded() == before
    assert refusal.value.data
    (error,) = refusal.value.data["errors"]  # pyright: ignore[reportGeneralTypeIssues,reportArgumentType]  it is a list
    return str(error["message"])  # pyright: ignore[reportIndexIssue,reportOptionalSubscript,reportCallIssue,reportArgumentType]  it is a list of dictionaries


# --- what is stored


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
async def test_an_image_keeps_its_format(kind: str, ending: str) -> None:
    async with stored_image(UploadFile(BytesIO(image(kind, (30, 20))), filename="../../x.html")) as url:
        file = path_of(url)
        assert url == f"/static/{file.name}"
        assert NAME.fullmatch(file.name)
        assert file.name.endswith(f".{ending}")
        assert file.parent == settings().var_dir / "uploads"
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o640, 0o750)
        shown = decoded(file.read_bytes())
    assert (shown.format, shown.size) == (kind, (30, 20))
    pixel: Any = shown.convert("RGB").getpixel((5, 5))
    assert all(abs(had - has) < 8 for had, has in zip(RED, pixel, strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_kind_of_png_is_read(mode: str) -> None:
    assert decoded(await stored(image(mode=mode, color=None))).mode == ("RGBA" if "A" in mode else "RGB")


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
async def test_every_kind_of_jpeg_is_read(mode: str) -> None:
    assert decoded(await stored(image("JPEG", mode=mode, color=None))).mode == "RGB"


async def test_a_jpeg_of_several_pictures_is_one_of_its_first() -> None:
    """As many phones write it."""
    several = image("MPO", save_all=True, append_images=[Image.new("RGB", (4, 4))])
    assert decoded(several).format == "MPO"
    shown = decoded(await stored(several))
    assert (shown.format, shown.size) == ("JPEG", (8, 8))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_what_is_transparent_stays_so(kind: str) -> None:
    shown = decoded(await stored(image(kind, mode="RGBA", color=(255, 0, 0, 0))))
    pixel: Any = shown.convert("RGBA").getpixel((3, 3))
    assert pixel[3] == 0


async def test_a_transparent_colour_of_a_palette_stays_so() -> None:
    assert decoded(await stored(image(mode="P", color=0, transparency=0))).getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_a_moving_picture_the_first_frame_is_kept(kind: str) -> None:
    moving = image(kind, save_all=True, append_images=[Image.new("RGB", (8, 8), (0, 0, 255))], duration=100)
    assert getattr(decoded(moving), "n_frames", 1) == 2
    shown = decoded(await stored(moving))
    assert getattr(shown, "n_frames", 1) == 1
    pixel: Any = shown.convert("RGB").getpixel((3, 3))
    assert pixel[0] > 200


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_metadata_go_and_the_picture_stands_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn it to the right
    exif[0x010E] = MARK.decode()  # description
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    how: dict[str, Any] = {"exif": exif, "icc_profile": MARK}
    if kind == "JPEG":
        how["comment"] = MARK
    if kind == "PNG":
        how["pnginfo"] = PngImagePlugin.PngInfo()
        how["pnginfo"].add_text("comment", MARK.decode())
    if kind == "WEBP":
        how["xmp"] = MARK
    sent = image(kind, (30, 20), **how)
    assert MARK in sent
    content = await stored(sent)
    assert MARK not in content
    shown = decoded(content)
    assert (shown.size, dict(shown.getexif())) == ((20, 30), {})
    assert not {"exif", "icc_profile", "comment", "xmp"} & shown.info.keys()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_what_stands_behind_the_picture_goes(kind: str) -> None:
    content = await stored(image(kind) + MARK + b"<?php system('id') ?>PK\x03\x04")
    assert MARK not in content
    assert b"<?php" not in content


async def test_a_large_picture_is_stored_smaller() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        assert decoded(await stored(image(kind, (3000, 1500)))).size == (MAX_SIDE, MAX_SIDE // 2)


# --- what is refused


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is so large."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


NO_IMAGES = {
    "nothing": b"",
    "a byte": b"\xff",
    "text": b"hello",
    "HTML": b"<!doctype html>" + MARK,
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a script that begins as a PNG": b"\x89PNG\r\n\x1a\n" + MARK,
    "a script that begins as a JPEG": b"\xff\xd8\xff\xe0" + MARK,
    "a script that begins as WebP": b"RIFF\x24\x00\x00\x00WEBPVP8 " + MARK,
    "a GIF": image("GIF"),
    "a GIF that is a script": b"GIF89a/*" + image("GIF")[8:] + b"*/=alert(1)",
    "a BMP": image("BMP"),
    "a TIFF": image("TIFF"),
    "an icon": image("ICO"),
    "PostScript": image("EPS"),
    "a PDF": image("PDF"),
    "a PNG without pixels": png_of(0, 0),
    "a PNG without data": png_of(8, 8),
    "half a PNG": image(size=(500, 500))[:400],
    "half a JPEG": image("JPEG", (500, 500))[:1000],
    "half a WebP": image("WEBP", (500, 500))[:60],
    "a PNG with a wrong checksum": image().replace(b"IHDR", b"IHDX"),
    "half a header": image()[:20],
}


@pytest.mark.parametrize("content", NO_IMAGES.values(), ids=NO_IMAGES)
async def test_what_is_no_image(content: bytes) -> None:
    assert await refused(content) == "is no PNG, JPEG or WebP image that can be read"


async def test_too_many_pixels() -> None:
    """Told by the header, before anything is decoded."""
    wide = f"has more than {MAX_PIXELS:,} pixels"
    bombs = [png_of(100_000, 100_000), png_of(2**31 - 1, 2**31 - 1), png_of(4097, 4096), png_of(4097, 4097 * 2)]
    bombs += [image(kind, (4097, 4096), mode="L", color=0) for kind in ("PNG", "JPEG", "WEBP")]
    for bomb in bombs:
        assert await refused(bomb) == wide
    assert decoded(await stored(image(size=(4096, 4096), mode="L", color=0))).size == (1024, 1024)


async def test_a_text_that_unpacks_to_megabytes() -> None:
    texts = PngImagePlugin.PngInfo()
    for _ in range(3):
        texts.add_text("comment", "x" * 50_000_000, zip=True)
    assert await refused(image(pnginfo=texts)) == "is no PNG, JPEG or WebP image that can be read"


async def test_too_many_scans_of_a_jpeg() -> None:
    """Each of them is some bytes, and goes over all pixels."""
    progressive = image("JPEG", (4000, 4000), progressive=True)
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    more = MAX_SCANS - progressive.count(b"\xff\xda")
    assert decoded(await stored(progressive[:-2] + scan * more + b"\xff\xd9")).size == (1024, 1024)
    assert await refused(progressive[:-2] + scan * (more + 1) + b"\xff\xd9") == "has too many scans"


# --- how many at once


class Slow:
    """A decoder that begins when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.release = threading.Event()
        decode = uploads._encoded_anew

        def wait(content: bytes, field: str) -> tuple[bytes, str]:
            self.release.wait(5)
            return decode(content, field)

        monkeypatch.setattr(uploads, "_encoded_anew", wait)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


async def test_nobody_waits_for_ever(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_SECONDS", 0.05)
    with pytest.raises(TransportRefusal) as refusal:
        await stored(image())
    assert (refusal.value.status, refusal.value.code) == (503, Code.SERVICE_UNAVAILABLE)
    assert uploads._state.waiting == 0
    slow.release.set()
    await drained()


async def test_not_everybody_may_wait(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_WAITING", 2)
    answers = asyncio.gather(*(stored(image()) for _ in range(5)), return_exceptions=True)
    await asyncio.sleep(0)  # all have asked by now
    slow.release.set()
    refused = [each for each in await answers if isinstance(each, TransportRefusal)]
    assert [(each.status, each.headers) for each in refused] == [(503, {"Retry-After": "10"})] * 3
    assert uploads._state.waiting == 0


async def drained() -> None:
    """Whatever the thread was given is done."""
    await asyncio.get_running_loop().run_in_executor(uploads._pool(), lambda: None)


# --- the disk


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
async def test_a_full_disk(step: str, error: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, step, fail)
    with capture_logs() as logs, pytest.raises(TransportRefusal) as refusal:
        await stored(image())
    assert (refusal.value.status, refusal.value.code) == (503, Code.SERVICE_UNAVAILABLE)
    assert uploaded() == []
    assert [line["log_level"] for line in logs] == ["error"]


async def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    folder().write_text("in its place")
    try:
        with pytest.raises(TransportRefusal) as refusal:
            await stored(image())
    finally:
        folder().unlink()
    assert refusal.value.status == 503


# --- the row and the file


async def set_avatar(url: str | None, name: str = "Wang Wei") -> None:
    employee = await Employee.get(name=name)
    former, employee.avatar = employee.avatar, url
    await employee.save(update_fields=["avatar"])
    discard_upload(former)


async def upload(name: str = "Wang Wei") -> str:
    async with stored_image(UploadFile(BytesIO(image()))) as url, transaction(__name__):
        await set_avatar(url, name)
    return url


async def test_a_failure_takes_the_new_file_and_leaves_the_old_one() -> None:
    async def fail() -> None:
        async with stored_image(UploadFile(BytesIO(image()))) as url, transaction(__name__):
            await set_avatar(url)
            assert len(uploaded()) == 2
            raise OperatorError("no")

    former = await upload()
    with pytest.raises(OperatorError):
        await fail()
    assert uploaded() == [path_of(former).name]
    assert (await Employee.get(name="Wang Wei")).avatar == former


async def test_the_old_file_goes_after_the_commit_and_not_before() -> None:
    former = await upload()
    async with transaction(__name__):
        await set_avatar(None)
        assert uploaded() == [path_of(former).name]
    assert uploaded() == []


async def test_a_file_that_another_row_has_stays() -> None:
    url = await upload()
    async with transaction(__name__):
        await set_avatar(url, "Dai Wen")
    async with transaction(__name__):
        await set_avatar(None)
    assert uploaded() == [path_of(url).name]


async def test_of_a_commit_that_nobody_knows_of_the_file_stays() -> None:
    with pytest.raises(CommitUnknown):
        async with stored_image(UploadFile(BytesIO(image()))):
            raise CommitUnknown("lost")
    assert len(uploaded()) == 1


async def test_what_failed_after_the_commit_takes_nothing() -> None:
    async def fail() -> None:
        async with stored_image(UploadFile(BytesIO(image()))) as url:
            async with transaction(__name__):
                await set_avatar(url)
            raise OperatorError("too late")

    with pytest.raises(OperatorError):
        await fail()
    assert [f"/static/{name}" for name in uploaded()] == [(await Employee.get(name="Wang Wei")).avatar]


async def test_only_files_of_ours_are_removed() -> None:
    """Whatever a column holds."""
    strange = ["/static/../secret_key", "https://elsewhere.example/x.png", "/static/", "x", f"/static/{'0' * 32}.png"]
    secret = settings().var_dir / "secret_key"
    secret.write_text("x" * 40)
    folder().mkdir()
    for each in strange:
        await Employee.filter(name="Wang Wei").update(avatar=each)
        async with transaction(__name__):
            await set_avatar(None)
    assert secret.exists()
    secret.unlink()


async def test_outside_of_a_transaction_nothing_is_discarded() -> None:
    with pytest.raises(LookupError):
        discard_upload("/static/x.png")
    discard_upload(None)


# --- orphans


def old(name: str, *, hours: float = 25) -> str:
    """A file of this name that was written so long ago."""
    folder().mkdir(exist_ok=True)
    (folder() / name).touch()
    moment = (now() - timedelta(hours=hours)).timestamp()
    os.utime(folder() / name, (moment, moment))
    return name


def name_of(number: int, ending: str = "png") -> str:
    return f"{number:032x}.{ending}"


async def test_the_sweep_takes_old_files_that_no_row_has() -> None:
    kept = [old(name_of(1)), old(name_of(2)), old(name_of(3), hours=23), old("notes.txt"), old(".htaccess")]
    for name, person in zip(kept, ("Wang Wei", "Dai Wen"), strict=False):
        await Employee.filter(name=person).update(avatar=f"/static/{name}")
    await (await Employee.get(name="Dai Wen")).delete()  # by a mark
    for number, ending in enumerate(("png", "jpg", "webp", "png.unfinished"), start=4):
        old(name_of(number, ending))
    await sweep()
    assert uploaded() == sorted(kept)


async def test_a_sweep_is_bounded_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SWEPT_AT_ONCE", 2)
    monkeypatch.setattr(uploads._state, "swept_to", "")
    names = [old(name_of(number)) for number in range(5)]
    await Employee.filter(name="Wang Wei").update(avatar=f"/static/{names[1]}")
    for left in (names[1:], [names[1], names[4]], [names[1]], [names[1]]):
        await sweep()
        assert uploaded() == left


async def test_an_upload_sweeps_and_not_twice_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads._state, "sweep_due_at", None)
    moment = now()
    for hours, is_swept in ((0, True), (0.9, False), (1, True), (1.9, False)):
        with frozen(moment + timedelta(hours=hours)):
            orphan = old(name_of(1))
            url = await upload()
            assert (orphan not in uploaded(), path_of(url).exists()) == (is_swept, True)


async def test_without_a_folder_there_is_nothing_to_sweep(app: FastAPI) -> None:
    await sweep()
    assert not folder().exists()

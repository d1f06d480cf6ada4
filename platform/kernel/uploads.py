"""Uploaded images: decoded, encoded anew, and kept in VAR_DIR/uploads; a row has the URL. And how they go again.

Nothing that was sent is stored or believed, neither its name nor what it says it is: what the decoder saw is drawn anew, so
that metadata, scripts behind the pixels and further frames stay behind. That a file is removed which no row has is certain
by asking all rows: after a commit, after a failure, and once an hour for what a crash has left.
"""

import asyncio
import os
import re
import secrets
import warnings
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from io import BytesIO
from pathlib import Path

import structlog
from fastapi import UploadFile
from PIL import Image, ImageOps
from tortoise import fields
from tortoise.context import get_current_context

from kernel.clock import now
from kernel.database.driver_errors import CommitUnknown
from kernel.errors.codes import Code
from kernel.errors.refusals import InvalidInput, TransportRefusal
from kernel.models.queryset import QuerySet
from kernel.settings import settings
from kernel.unit_of_work.background import defer
from kernel.unit_of_work.transaction import after_commit

URL_PREFIX = "/static/"
NAME = re.compile(r"[0-9a-f]{32}\.(?:png|jpg|webp)")
_ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
_OURS = re.compile(rf"{NAME.pattern}(?:\.unfinished)?")

MAX_PIXELS = 4096 * 4096  # decoding a WebP image of so many takes 280 MB
MAX_SCANS = 50  # of a JPEG. Each goes over all pixels; a camera makes ten, and two megabytes hold fifty thousand
MAX_SIDE = 1024  # pixels; what is larger is stored smaller

THREADS = 1  # that decode: their number bounds the memory
MAX_WAITING = 16
MAX_SECONDS = 10

ORPHAN_AGE = timedelta(days=1)  # so that nothing is taken whose transaction still runs, whatever the clocks say
SWEEP_EVERY = timedelta(hours=1)
SWEPT_AT_ONCE = 1000

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)  # it is an error at twice as many only

log = structlog.get_logger(__name__)


@dataclass
class _State:
    """How many wait for their image; when this process looks for orphans the next time, and behind which name."""

    waiting: int = 0
    sweep_due_at: datetime | None = None
    swept_to: str = ""


_state = _State()


class UploadField(fields.CharField[str | None]):
    """A column with the URL of an uploaded file, or null: a file that no such column of any table has is removed some day."""

    written_as = fields.CharField  # in migrations, which import nothing of ours


@asynccontextmanager
async def stored_image(file: UploadFile, *, field: str = "file") -> AsyncIterator[str]:
    """The URL under which the image is served from now on; if the block fails, it is removed again.

    Decoding takes up to a second of CPU: open the transaction within. Raises InvalidInput for what is no PNG, JPEG or WebP
    image, or has too many pixels; TransportRefusal 503 if too many are being decoded, or the disk is full.
    """
    url = URL_PREFIX + await _in_pool(partial(_store, await file.read(), field))
    try:
        yield url
    except CommitUnknown:  # perhaps a row has it; the sweep will know
        raise
    except Exception:
        await defer(partial(_remove_unless_referred_to, [url]))
        raise
    await defer(_sweep_if_due)


def discard_upload(url: str | None) -> None:
    """Remove the file once the transaction at hand has committed, which took its URL out of the row; None is none."""
    if url is not None:
        after_commit(partial(_remove_unless_referred_to, [url]))


# --- from what was sent to a file


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="images")


async def _in_pool(work: Callable[[], str]) -> str:
    """What it returns. A thread cannot be stopped; what one still does after the caller was told to go is swept up."""
    message = "Too many images are being read at this moment. Try again in a few seconds."
    busy = TransportRefusal(503, Code.SERVICE_UNAVAILABLE, message, headers={"Retry-After": str(MAX_SECONDS)})
    if _state.waiting >= MAX_WAITING:
        raise busy
    _state.waiting += 1
    try:
        async with asyncio.timeout(MAX_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_pool(), work)
    except TimeoutError:
        raise busy from None
    finally:
        _state.waiting -= 1


def _store(content: bytes, field: str) -> str:
    encoded, ending = _encoded_anew(content, field)
    name = f"{secrets.token_hex(16)}.{ending}"
    try:
        _write(name, encoded)
    except OSError as error:
        log.error("upload not stored", error=str(error))
        message = "The file cannot be saved at the moment. Try again later."
        raise TransportRefusal(503, Code.SERVICE_UNAVAILABLE, message) from None
    return name


def _encoded_anew(content: bytes, field: str) -> tuple[bytes, str]:
    """The first frame, upright and without metadata, in the format that it came in."""
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MAX_SCANS:  # in a JPEG, each begins with these
        raise InvalidInput(field, "has too many scans", "image_too_large")
    try:
        with Image.open(BytesIO(content), formats=[*_ENDINGS]) as image:
            kind = (
                "PNG" if image.format == "PNG" else "WEBP" if image.format == "WEBP" else "JPEG"
            )  # or MPO, of a phone
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a JPEG need not be decoded larger than it is stored
            ImageOps.exif_transpose(image, in_place=True)
            mode = "RGBA" if kind != "JPEG" and image.has_transparency_data else "RGB"
            plain = image if image.mode == mode else image.convert(mode)
            plain.thumbnail((MAX_SIDE, MAX_SIDE))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        message = f"has more than {MAX_PIXELS:,} pixels"
        raise InvalidInput(field, message, "image_too_large") from None
    except Exception as error:  # a decoder raises whatever its parsers meet
        log.info("image not readable", error=f"{type(error).__name__}: {error}")
        raise InvalidInput(field, "is no PNG, JPEG or WebP image that can be read", "image_unreadable") from None
    plain.info.clear()  # or comments and colour profiles would be written again
    encoded = BytesIO()
    plain.save(encoded, kind, quality=85)
    return encoded.getvalue(), _ENDINGS[kind]


def folder() -> Path:
    """Where the files are. Servers that share a database share this folder."""
    return settings().var_dir / "uploads"


def _write(name: str, content: bytes) -> None:
    folder().mkdir(mode=0o750, parents=True, exist_ok=True)
    finished, unfinished = folder() / name, folder() / f"{name}.unfinished"
    try:
        with unfinished.open("xb") as file:
            os.fchmod(file.fileno(), 0o640)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(finished)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


# --- from a file to none


async def _remove_unless_referred_to(urls: list[str]) -> None:
    """Remove those of the files that no row has."""
    unneeded = set(urls) - await _referred_to(urls)
    await asyncio.to_thread(_unlink, unneeded)
    log.info("uploads removed", count=len(unneeded))


def _unlink(urls: Iterable[str]) -> None:
    for url in urls:
        name = url.removeprefix(URL_PREFIX)
        if _OURS.fullmatch(name):  # whatever else a column held
            (folder() / name).unlink(missing_ok=True)


async def _referred_to(urls: list[str]) -> set[str]:
    """Those that a row of any table has, deleted rows included."""
    context = get_current_context()
    found: set[str] = set()
    for model in context.apps.get_models_iterable() if context and context.apps else ():
        for column, kind in model._meta.fields_map.items():
            if isinstance(kind, UploadField):
                rows = QuerySet(model).filter(**{f"{column}__in": urls})
                found.update([str(each) for each in await rows.values_list(column, flat=True)])
    return found


async def _sweep_if_due() -> None:
    if _state.sweep_due_at is None or now() >= _state.sweep_due_at:
        _state.sweep_due_at = now() + SWEEP_EVERY
        await sweep()


async def sweep() -> None:
    """Remove files older than a day that no row has; of many, the next thousand in the order of their names."""
    names = await asyncio.to_thread(_old_names, now() - ORPHAN_AGE)
    names = [name for name in names if name > _state.swept_to][:SWEPT_AT_ONCE]
    _state.swept_to = names[-1] if len(names) == SWEPT_AT_ONCE else ""
    if names:
        await _remove_unless_referred_to([URL_PREFIX + name for name in names])


def _old_names(moment: datetime) -> list[str]:
    """In order, the files of ours that were written before the moment."""
    try:
        with os.scandir(folder()) as found:
            old = [each.name for each in found if _OURS.fullmatch(each.name) and _is_older(each, moment)]
    except FileNotFoundError:
        return []
    return sorted(old)


def _is_older(entry: os.DirEntry[str], moment: datetime) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_mtime < moment.timestamp()
    except FileNotFoundError:  # removed meanwhile
        return False

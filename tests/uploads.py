"""Images to upload, and what is left of them on the disk."""

from io import BytesIO
from typing import Any

from PIL import Image

from kernel.uploads import folder

RED = (255, 0, 0)


def image(
    kind: str = "PNG", size: tuple[int, int] = (8, 8), *, mode: str = "RGB", color: Any = RED, **how: Any
) -> bytes:
    """An image of one colour; `how` is told to its encoder."""
    written = BytesIO()
    Image.new(mode, size, color).save(written, kind, **how)
    return written.getvalue()


def decoded(content: bytes) -> Image.Image:
    """What a browser would show."""
    found = Image.open(BytesIO(content))
    found.load()
    return found


def uploaded() -> list[str]:
    """The names of all that lies in the folder of uploads."""
    return sorted(each.name for each in folder().iterdir()) if folder().is_dir() else []

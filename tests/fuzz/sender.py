"""Sends the codes for phones into a file, where the fuzzer finds them: CAPTCHA_SENDER=tests.fuzz.sender:send."""

from pathlib import Path

from kernel.settings import settings

FILE = "sent-codes.txt"  # in VAR_DIR


async def send(phone: str, code: str) -> None:
    _append(settings().var_dir / FILE, f"{phone} {code}\n")


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def sent(var_dir: Path) -> list[tuple[str, str]]:
    """Phones and codes, the newest last."""
    path = var_dir / FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [(phone, code) for phone, _, code in (line.partition(" ") for line in lines)]

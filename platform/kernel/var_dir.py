"""What lives in VAR_DIR: whatever the app writes at run time, among it the secrets that nobody has set.

All of it is for its owner alone, whoever may look into the folder.
"""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from kernel.errors.operator import SettingsError

MIN_SECRET_LENGTH = 32  # RFC 7518 section 3.2: an HS256 key has at least 256 bits


def ensure_var_dir(var_dir: Path) -> None:
    """Make VAR_DIR if it is not there; keep others from its files. Raises SettingsError if nothing can be written into it."""
    probe = var_dir / f".writable.{os.getpid()}"
    try:
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch(mode=0o600)
        probe.unlink()
        for file in var_dir.iterdir():
            with suppress(FileNotFoundError, PermissionError):  # gone meanwhile; or another user's
                if file.is_file() and not file.is_symlink() and file.stat().st_mode & 0o077:
                    file.chmod(0o600)
    except OSError as error:
        raise SettingsError(f"VAR_DIR={str(var_dir)!r}: cannot write there: {error.strerror}") from None


@cache
def generated_secret(var_dir: Path, name: str) -> str:
    """The secret in `var/<name>`, generated at the first call. Processes that race all read the same one.

    Raises SettingsError if the file is empty or nothing can be written.
    """
    path = var_dir / name
    if not path.exists():
        _generate(path)
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < MIN_SECRET_LENGTH:
        raise SettingsError(
            f"{path} holds {len(secret)} characters, too few for a secret: delete the file, or restore it from a backup"
        )
    return secret


def _generate(path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)
        unfinished.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with suppress(FileExistsError):  # someone else was first; then theirs is the secret
            os.link(unfinished, path)
        unfinished.unlink()
    except OSError as error:
        raise SettingsError(f"VAR_DIR={str(path.parent)!r}: cannot write {path}: {error.strerror}") from None

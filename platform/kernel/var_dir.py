"""What lives in VAR_DIR: whatever the app writes at run time, among it the secrets that nobody has set."""

import os
import secrets
from functools import cache
from pathlib import Path


class SettingsError(Exception):
    """A setting that the app cannot run with. The text is for the operator and names the variable."""


def ensure_var_dir(var_dir: Path) -> None:
    """Make VAR_DIR if it is not there. Raises SettingsError if nothing can be written into it."""
    probe = var_dir / f".writable.{os.getpid()}"
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(f"VAR_DIR={str(var_dir)!r}: cannot write there: {error.strerror}") from None


@cache
def generated_secret(var_dir: Path, name: str) -> str:
    """The secret in `var/<name>`, generated at the first call. Two processes that race read the same one."""
    path = var_dir / name
    if not path.exists():
        temporary = path.with_name(f"{name}.{os.getpid()}")
        try:
            var_dir.mkdir(parents=True, exist_ok=True)
            temporary.touch(mode=0o600, exist_ok=False)
            temporary.write_text(secrets.token_urlsafe(48), encoding="ascii")
            try:
                os.link(temporary, path)  # fails where another process was first; then its secret is the one
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        except OSError as error:
            raise SettingsError(f"VAR_DIR={str(var_dir)!r}: cannot write {path}: {error.strerror}") from None
    return path.read_text(encoding="ascii").strip()

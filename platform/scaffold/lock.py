"""Take the newest versions of all dependencies and pin each, direct or not, in pyproject.toml. Run it as `just lock`.

A lock file would do the same, but it holds download addresses, which differ from one company's network to another's.
To add a dependency, write its name into pyproject.toml and run this; that takes newer versions of the others as well.
"""

import subprocess
import sys
from pathlib import Path

import tomlkit

PYPROJECT = Path("pyproject.toml")
PINS = {
    "constraint-dependencies": ["--all-extras", "--group", "dev", "pyproject.toml"],
    "build-constraint-dependencies": ["-"],
}


def main() -> int:
    """Rewrite the lists of pins and print what changed. Returns the exit code."""
    original = PYPROJECT.read_text(encoding="utf-8")
    document = tomlkit.parse(original)
    uv, build = document["tool"]["uv"], "\n".join(document["build-system"]["requires"])
    before = {pin for name in PINS for pin in uv[name]}
    for name in PINS:
        uv[name] = tomlkit.array()
    PYPROJECT.write_text(tomlkit.dumps(document), encoding="utf-8")  # the old pins must not bind the new ones
    try:
        for name, sources in PINS.items():
            uv[name] = tomlkit.array(str(_newest(sources, build))).multiline(True)
    except subprocess.CalledProcessError as error:
        PYPROJECT.write_text(original, encoding="utf-8")
        sys.stderr.write(f"nothing changed: {error.stderr}\n")
        return 1
    PYPROJECT.write_text(tomlkit.dumps(document), encoding="utf-8")
    after = {pin for name in PINS for pin in uv[name]}
    for pin in sorted(after ^ before):
        sys.stdout.write(f"{'+' if pin in after else '-'} {pin}\n")
    return 0


def _newest(sources: list[str], standard_input: str) -> list[str]:
    command = [
        "uv",
        "pip",
        "compile",
        "--universal",
        "--python-version",
        "3.11",
        "--no-header",
        "--no-annotate",
        *sources,
    ]
    compiled = subprocess.run(command, check=True, capture_output=True, text=True, input=standard_input)  # noqa: S603
    return [line for line in compiled.stdout.splitlines() if "==" in line]


if __name__ == "__main__":
    sys.exit(main())

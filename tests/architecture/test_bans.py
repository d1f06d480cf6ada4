"""What ruff is told to refuse, it refuses: see `banned-api` in pyproject.toml."""

import json
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from tests.architecture.tree import ROOT

RUFF: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
BANNED: dict[str, dict[str, str]] = RUFF["flake8-tidy-imports"]["banned-api"]


def refused(code: str, file: str) -> list[str]:
    """What ruff says of this code, were it in that file."""
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format=json", "--stdin-filename", file, "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    return [each["message"] for each in json.loads(run.stdout) if each["code"] == "TID251"]


def used(name: str) -> str:
    """Code that uses it, written out from its module on."""
    module = name if name in ("requests", "dotenv", "urllib.request") else name.split(".")[0]
    if name.startswith("starlette."):
        module = name.rpartition(".")[0]
    return f"import {module}\n\nprint({name})\n"


@pytest.mark.parametrize("name", BANNED)
def test_a_banned_name_is_refused_with_its_reason(name: str) -> None:
    found = refused(used(name), "features/shop/models.py")
    assert found
    assert set(found) == {f"`{name}` is banned: {BANNED[name]['msg']}"}


def test_an_alias_is_no_way_around() -> None:
    code = "import os as system\nfrom datetime import datetime as moment\n\nprint(system.environ, moment.now())\n"
    found = refused(code, "features/shop/models.py")
    assert [message.split("`")[1] for message in found] == ["os.environ", "datetime.datetime.now"]


def test_each_exception_is_still_needed() -> None:
    """A file that no longer does what it was excepted for would let the next one in unseen."""
    excepted = [file for file, rules in RUFF["per-file-ignores"].items() if "TID251" in rules and "*" not in file]
    assert excepted
    for file in excepted:
        assert refused((ROOT / file).read_text(encoding="utf-8"), "features/shop/models.py"), file

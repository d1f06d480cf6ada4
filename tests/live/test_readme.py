"""The README does what it says: its walk against a live server, its use case in a copy of the project."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import WORKER
from tests.live.server import ROOT, Server, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
MARK = "-- next --"
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def matches(shown: str, said: str) -> bool:
    """Whether the output is the one shown, where … stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, said.strip(), re.DOTALL) is not None


def test_the_walk(server: Server) -> None:
    blocks = BLOCK.findall(section("A walk of five minutes"))
    commands = [text.replace("http://127.0.0.1:9999", server.url) for language, text in blocks if language == "sh"]
    shown = [text for language, text in blocks if not language]
    script = f"echo {MARK}\n".join(commands)
    done = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = done.stdout.split(MARK)
    assert len(said) == len(shown) == 6
    assert [actual for actual in said if not actual.endswith("\n")] == [], "the next prompt would stand behind it"
    for expected, actual in zip(shown, said, strict=True):
        assert matches(expected, actual), f"the README shows\n{expected}\nbut it is\n{actual}"


def test_the_use_case(tmp_path: Path) -> None:
    """The files of "Write a use case", put where it says and nowhere else, are a use case that passes its test."""
    clone = tmp_path / "clone"
    for folder in ("features", "platform", "migrations", "tests"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", clone)
    text = section("Write a use case")
    files = re.findall(r"`(\S+\.py)`:\n\n```python\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in files] == [
        "features/hr/employees/promote.py",
        "tests/features/hr/employees/test_promote.py",
    ]
    for name, code in files:
        (clone / name).write_text(code, encoding="utf-8")
    commands = re.findall(r"uv run just snapshots (.*)\n", text)
    pytest = [sys.executable, "-m", "pytest", "-n", "0", *commands[0].split()]
    path = {"PYTHONPATH": f"{clone}:{clone / 'platform'}", "PYTEST_XDIST_WORKER": f"{WORKER}_readme"}
    env = environment(tmp_path / "var") | path
    written = subprocess.run([*pytest, "--snapshot-update"], cwd=clone, env=env, capture_output=True, text=True)
    assert written.returncode == 0, written.stdout + written.stderr
    planted = [name for name, _ in files]
    for check in (["check"], ["format", "--check"]):
        linted = subprocess.run(
            [sys.executable, "-m", "ruff", *check, *planted], cwd=clone, capture_output=True, text=True
        )
        assert linted.returncode == 0, linted.stdout + linted.stderr
    assert (clone / "tests/features/hr/employees/__snapshots__/test_promote/test_success.json").exists()

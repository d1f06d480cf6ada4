"""What features/README.md says of deleting a module, done with notices in a copy of the project: the rest does not miss it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller
from tests.live.server import ROOT, SERVE, answers, environment, started, until

pytestmark = pytest.mark.skipif(bool(SERVER), reason="what it runs brings its own SQLite, and once is enough")

FOLDERS = ["features/notices", "migrations/notices", "tests/features/notices"]
FILES = ["tests/architecture/__snapshots__/test_openapi/test_document[notices].json"]
LISTS = {
    "tests/architecture/test_access.py": r'    "notices\.\w+",\n',
    "README.md": r"\| `NOTICES_.*\n",
    ".env.example": r"\n# .*\n#NOTICES_.*\n",
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project without notices."""
    clone = tmp_path_factory.mktemp("without-notices") / "clone"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".git", *(name.strip("/") for name in ignored)))
    for folder in FOLDERS:
        shutil.rmtree(clone / folder)
    for file in FILES:
        (clone / file).unlink()
    for file, lines in LISTS.items():
        text, found = re.subn(lines, "", (clone / file).read_text(encoding="utf-8"))
        assert found, f"{file} has none of its lines"
        (clone / file).write_text(text, encoding="utf-8")
    return clone


@pytest.fixture
def env(clone: Path, tmp_path: Path) -> dict[str, str]:
    path = {"PYTHONPATH": f"{clone}:{clone / 'platform'}"}
    kept = {name: value for name, value in environment(tmp_path / "var").items() if not name.startswith("PYTEST_")}
    return kept | path


def run(clone: Path, env: dict[str, str], *command: str) -> str:
    """What `python -m <command>` says, having done well."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=clone, env=env, capture_output=True, text=True, timeout=170
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_code_names_it(clone: Path) -> None:
    """Nor any test, or snapshot of one; HR's least of all. (The kernel's examples may.)"""
    rooms = [clone / "features", clone / "migrations", clone / "tests/features", clone / "tests/architecture"]
    named = [
        str(file.relative_to(clone))
        for room in rooms
        for file in sorted(room.rglob("*"))
        if file.suffix in (".py", ".json") and re.search(r"\bnotices\b", file.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_the_commands_work(clone: Path, env: dict[str, str]) -> None:
    assert "hr.employees.transfer" in run(clone, env, "kernel", "slices")
    run(clone, env, "kernel", "makemigrations", "--check")
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    walls = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"], cwd=clone, env=env, capture_output=True, text=True
    )
    assert walls.returncode == 0, walls.stdout


def test_it_serves_the_database_that_it_served_before(clone: Path, env: dict[str, str]) -> None:
    """Whose tables are still there; and what HR tells is noted for notices for a day yet, as another server may have it."""
    before = env | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
    run(ROOT, before, "kernel", "migrate")
    with started(before, *SERVE) as server:
        until(lambda: answers(server), server.log, server)
        assert LiveCaller(server, "hanmei").call("GET", "/notices/unread-count").code == "0000"
    run(clone, env, "kernel", "migrate")
    with started(env, *SERVE, folder=clone) as server:
        until(lambda: answers(server), server.log, server)
        hanmei = LiveCaller(server, "hanmei")
        assert hanmei.call("GET", "/notices/unread-count").code == "1001"
        assert hanmei.onboard("nora", hanmei.departments()["SA"]).code == "0000"
        assert hanmei.search().body["data"]["total"] == 61
    assert "reaction failed" not in server.log()


@pytest.mark.timeout(180)
def test_its_tests_pass(clone: Path, env: dict[str, str]) -> None:
    """Those of HR, whose facts nobody hears, and the rules of the project, but for those that hold planted files against them."""
    planting = [f"--ignore=tests/architecture/test_{name}.py" for name in ("bans", "upstream", "walls")]
    assert "passed" in run(clone, env, "pytest", "-n", "2", *planting, "tests/architecture", "tests/features/hr")

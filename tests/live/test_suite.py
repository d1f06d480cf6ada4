"""The suite as somebody runs it: in an environment of their own, and with a mistake in a declaration."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.tree import plant
from tests.live.server import ROOT, environment

FEATURE = 'from kernel import Feature\nfeature = Feature(title="Stock", prefix="/stock")'
SETTINGS = """
from pydantic_settings import SettingsConfigDict

from kernel import ModuleSettings


class StockSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="STOCK_")

    size: int = 1
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project."""
    for folder in ("features", "platform", "migrations", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(clone: Path, *tests: str, env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    variables = environment(clone / "var", PYTHONPATH=f"{clone}:{clone / 'platform'}", **env)
    variables.pop("PYTEST_XDIST_WORKER", None)
    variables |= {"TEST_DB_URL": "", "TEST_REDIS_URL": ""}
    command = [sys.executable, "-m", "pytest", "-n", "0", *tests]
    return subprocess.run(command, cwd=clone, env=variables, capture_output=True, text=True, timeout=60)


def test_settings_of_the_environment_are_not_seen(clone: Path) -> None:
    """Those of a module that is new as well. Each of these would stop the start."""
    plant(clone, {"features/stock/feature.py": FEATURE, "features/stock/settings.py": SETTINGS})
    env = {"STOCK_SIZE": "many", "stock_db_url": "mysql://x", "HR_MAX_TAGS_PER_EMPLOYEE": "many", "WORKERS": "many"}
    done = run(clone, "tests/features/health/test_live.py", env=env)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "right", "wrong", "says"),
    [
        (
            "features/hr/employees/transfer.py",
            'button="B_HR_EMP_TRANSFER"',
            'roles="R_HR_MANGER"',
            "features/hr/employees/transfer.py:14: role R_HR_MANGER is not declared by any module; "
            "did you mean R_HR_MANAGER?",
        ),
        (
            "features/hr/access.py",
            '"R_HR_MANAGER"',
            '"R_HR_MANGER"',
            "features/hr/seed.py:32: role R_HR_MANAGER is not declared by any module; did you mean R_HR_MANGER?",
        ),
    ],
)
def test_a_mistyped_role_is_said_once(clone: Path, file: str, right: str, wrong: str, says: str) -> None:
    text = (clone / file).read_text(encoding="utf-8")
    assert right in text
    (clone / file).write_text(text.replace(right, wrong), encoding="utf-8")
    done = run(clone)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert (done.stdout + done.stderr).strip() == f"ERROR: {says}"

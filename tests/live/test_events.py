"""Facts are not lost, not told twice and not out of order, whoever is killed meanwhile. On PostgreSQL, where there are several processes."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.database import SERVER
from tests.live.server import ROOT

pytestmark = pytest.mark.skipif(not SERVER, reason="On SQLite there is one process.")

FACTS = 5_000  # of each of the two


def begin(env: Mapping[str, str], *arguments: str, dies: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.live.reacting", *arguments],
        env={**env, "REACTING_DIES": dies},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> str:
    out, errors = process.communicate(timeout=240)
    assert (process.returncode, errors) == (0, "")
    return out


def run(env: Mapping[str, str], *arguments: str) -> str:
    return end(begin(env, *arguments))


@pytest.mark.parametrize("dies", ["after the commit", "in reaction 1", "in reaction 3"])
async def test_whoever_is_killed_another_goes_on(migrated: dict[str, str], dies: str) -> None:
    """Right after the commit, or in the midst of a reaction that has written already: each happens, once."""
    run(migrated, "prepare")
    killed = begin(migrated, "tell", "400", dies=dies)
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    run(migrated, "relay")
    again = run(migrated, "check").partition(" in order, ")[2]
    assert again.startswith("0 ") == (dies == "after the commit")


@pytest.mark.timeout(300)
async def test_ten_thousand_through_two_processes(migrated: dict[str, str]) -> None:
    run(migrated, "prepare")
    tellers = [begin(migrated, "tell", str(FACTS)) for _ in range(2)]
    for teller in tellers:
        print(end(teller))
    run(migrated, "relay")
    checked = run(migrated, "check")
    print(checked)
    assert checked.startswith(f"{2 * FACTS} in order")

"""VAR_DIR and the secrets in it: made once, private, and the same for everybody who races for them."""

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel import var_dir as module
from kernel.errors.operator import SettingsError
from kernel.var_dir import ensure_var_dir, generated_secret
from tests.platform.kernel.conftest import names_in

# Loads the one file, and the one that it needs, without the rest of the kernel, and waits for the start.
RACER = """
import importlib, pathlib, sys, types
kernel = sys.modules["kernel"] = types.ModuleType("kernel")
kernel.__path__ = [str(pathlib.Path(sys.argv[1]).parent)]
var_dir = importlib.import_module("kernel.var_dir")
print("ready", flush=True)
sys.stdin.readline()
print(var_dir.generated_secret(pathlib.Path(sys.argv[2]), "key"))
"""


def read_anew(folder: Path) -> str:
    """The secret, as a process reads it that has not asked before."""
    return generated_secret.__wrapped__(folder, "key")


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "var"
    secret = read_anew(folder)
    assert len(secret) >= 64
    assert read_anew(folder) == secret
    assert generated_secret(folder, "another") != secret
    assert names_in(folder) == ["another", "key"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        read_anew(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_an_operator_may_put_it_there(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("chosen by hand, and long enough for a key\n")
    assert read_anew(tmp_path) == "chosen by hand, and long enough for a key"


def test_a_short_one_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x")
    with pytest.raises(SettingsError, match="holds 1 characters, too few"):
        read_anew(tmp_path)


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    """A power failure may leave one. Signed with it, everybody's tokens would be good."""
    (tmp_path / "key").touch()
    with pytest.raises(SettingsError, match="key"):
        read_anew(tmp_path)


def test_it_is_read_once(tmp_path: Path) -> None:
    secret = generated_secret(tmp_path, "key")
    (tmp_path / "key").unlink()
    assert generated_secret(tmp_path, "key") == secret


def test_processes_that_race_read_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-c", RACER, str(module.__file__), str(tmp_path)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [racer.stdout.readline() for racer in racers if racer.stdout] == ["ready\n"] * 4
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("\n")
        racer.stdin.flush()
    secrets = {racer.communicate()[0].strip() for racer in racers}
    assert secrets == {(tmp_path / "key").read_text()}
    assert names_in(tmp_path) == ["key"]


def test_threads_that_race_read_the_same(tmp_path: Path) -> None:
    start = threading.Barrier(4)

    def race(folder: Path) -> str:
        start.wait()
        return read_anew(folder)

    with ThreadPoolExecutor(4) as threads:
        for number in range(25):
            folder = tmp_path / str(number)
            assert len(set(threads.map(race, [folder] * 4))) == 1
            assert names_in(folder) == ["key"]


def test_what_a_killed_process_left_behind_does_no_harm(tmp_path: Path) -> None:
    """In a container every process is number 1: the next one finds the unfinished file of the one before under its own name."""
    (tmp_path / f"key.{os.getpid()}").touch(mode=0o600)
    assert len(read_anew(tmp_path)) >= 64


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^VAR_DIR='.*/file/var': cannot write .*: Not a directory$"):
        read_anew(tmp_path / "file" / "var")


def test_ensure_var_dir_makes_it_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    for _ in range(2):
        ensure_var_dir(tmp_path / "deep" / "var")
        assert names_in(tmp_path / "deep" / "var") == []


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_others_are_kept_from_its_files_whatever_the_folder(tmp_path: Path) -> None:
    """A folder that was there before, open to all, with what an older version or a copy left in it."""
    tmp_path.chmod(0o755)
    for name in ("tessera.sqlite3", "tessera.sqlite3-wal", "secret_key"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    (tmp_path / "folder").mkdir(mode=0o755)
    ensure_var_dir(tmp_path)
    assert {each.name: mode(each) for each in tmp_path.iterdir() if each.is_file()} == {
        "tessera.sqlite3": 0o600,
        "tessera.sqlite3-wal": 0o600,
        "secret_key": 0o600,
    }
    assert (mode(tmp_path), mode(tmp_path / "folder")) == (0o755, 0o755)


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "elsewhere").chmod(0o644)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "link").symlink_to(tmp_path / "elsewhere")
    ensure_var_dir(tmp_path / "var")
    assert mode(tmp_path / "elsewhere") == 0o644


def test_a_folder_that_it_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    ensure_var_dir(tmp_path / "var")
    assert mode(tmp_path / "var") == 0o700


def test_ensure_var_dir_refuses_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^VAR_DIR='.*/file': cannot write there: File exists$"):
        ensure_var_dir(tmp_path / "file")

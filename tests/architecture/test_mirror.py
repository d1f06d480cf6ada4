"""Tests mirror what they test: the use case, its test and its snapshot are found from one another by name alone.

Who may call a use case needs no test beside it: test_permissions asks every one.
"""

from collections.abc import Iterable
from pathlib import Path

from tests.architecture.tree import ROOT, functions, plant, python_files, shown
from tests.callers import every_slice


def untested_slices(root: Path, names: Iterable[str]) -> list[str]:
    """Every slice without a test, without one of its success, or without a snapshot of that."""
    found: list[str] = []
    for name in names:
        *resource, verb = name.split(".")
        test = root.joinpath("tests", "features", *resource, f"test_{verb}.py")
        if not test.is_file():
            found.append(f"{name} has no test; write {shown(test, root)}")
        elif "test_success" not in functions(test):
            found.append(f"{shown(test, root)} has no test_success")
        elif not any(_of("test_success", each) for each in _snapshots(test)):
            found.append(
                f"{shown(test, root)} has no snapshot of test_success; assert as_snapshot(answer, events) == snapshot, "
                f"and run: just snapshots {shown(test, root)}"
            )
    return found


def orphans(root: Path) -> list[str]:
    """Every mirrored test of something that is not there any more, and every snapshot of such a test."""
    found: list[str] = []
    for test in python_files(root, "tests/features", "tests/platform"):
        if not test.name.startswith("test_"):
            continue
        tested = root / test.relative_to(root / "tests").with_name(test.name.removeprefix("test_"))
        if not tested.is_file() and not tested.with_suffix("").is_dir():
            found.append(f"{shown(test, root)} tests {shown(tested, root)}, which does not exist")
        found += [
            f"{shown(snapshot, root)} belongs to no test of {test.name}"
            for snapshot in _snapshots(test)
            if not any(_of(name, snapshot) for name in functions(test))
        ]
    for folder in sorted((root / "tests").rglob("__snapshots__/*/")):
        if not folder.parents[1].joinpath(f"{folder.name}.py").is_file():
            found.append(f"{shown(folder, root)}/ belongs to {folder.name}.py, which does not exist")
    return found


def _snapshots(test: Path) -> list[Path]:
    return sorted((test.parent / "__snapshots__" / test.stem).glob("*"))


def _of(function: str, snapshot: Path) -> bool:
    """Is the snapshot `test_success.json`, `test_success.1.json` or `test_success[case].json`?"""
    return snapshot.name.startswith((f"{function}.", f"{function}["))


def test_every_slice_is_tested():
    """Whoever changes a use case finds its test without searching, and what callers see of it in the snapshot beside it."""
    assert untested_slices(ROOT, [route.name for route in every_slice()]) == []


def test_no_test_is_left_behind():
    """A use case is deleted with its test; what stays behind would be read as if it still held."""
    assert orphans(ROOT) == []


def test_untested_slices_are_caught(tmp_path):
    """A slice whose test is missing, lacks the success, or has no snapshot is named, with what to write."""
    tested = "async def test_success(): ..."
    plant(
        tmp_path,
        {
            "tests/features/shop/test_login.py": tested,
            "tests/features/shop/__snapshots__/test_login/test_success.json": "",
            "tests/features/shop/test_mine.py": "def test_success(): ...",
            "tests/features/shop/__snapshots__/test_mine/test_success.1.json": "",
            "tests/features/shop/orders/test_get.py": tested,
            "tests/features/shop/orders/__snapshots__/test_get/test_success[one].json": "",
            "tests/features/shop/orders/test_send.py": tested,
            "tests/features/shop/orders/__snapshots__/test_send/test_successor.json": "",
            "tests/features/shop/orders/test_track.py": "def test_refused(): ...",
        },
    )
    names = ["shop.login", "shop.mine", *(f"shop.orders.{verb}" for verb in ("get", "send", "take_back", "track"))]
    assert untested_slices(tmp_path, names) == [
        "tests/features/shop/orders/test_send.py has no snapshot of test_success; assert as_snapshot(answer, events) == snapshot, "
        "and run: just snapshots tests/features/shop/orders/test_send.py",
        "shop.orders.take_back has no test; write tests/features/shop/orders/test_take_back.py",
        "tests/features/shop/orders/test_track.py has no test_success",
    ]


def test_orphans_are_caught(tmp_path):
    """A test, a snapshot and a folder of snapshots whose counterpart was deleted or renamed are named."""
    plant(
        tmp_path,
        {
            "features/shop/orders/get.py": "",
            "platform/kernel/database/engines/__init__.py": "",
            "tests/features/shop/orders/test_get.py": "def test_success(): ...",
            "tests/features/shop/orders/__snapshots__/test_get/test_success.1.json": "",
            "tests/features/shop/orders/__snapshots__/test_get/test_refusal.json": "",
            "tests/features/shop/orders/test_send.py": "def test_success(): ...",
            "tests/features/shop/orders/__snapshots__/test_track/test_success.json": "",
            "tests/platform/kernel/database/test_engines.py": "",
            "tests/platform/kernel/test_gadget.py": "",
        },
    )
    assert orphans(tmp_path) == [
        "tests/features/shop/orders/__snapshots__/test_get/test_refusal.json belongs to no test of test_get.py",
        "tests/features/shop/orders/test_send.py tests features/shop/orders/send.py, which does not exist",
        "tests/platform/kernel/test_gadget.py tests platform/kernel/gadget.py, which does not exist",
        "tests/features/shop/orders/__snapshots__/test_track/ belongs to test_track.py, which does not exist",
    ]

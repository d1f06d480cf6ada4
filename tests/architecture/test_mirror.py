"""Tests mirror what they test: the use case, its test and its snapshot are found from one another by name alone."""

from collections.abc import Iterable
from pathlib import Path

from kernel import PUBLIC, SIGNED_IN, all_of
from kernel.rbac.authorize import AccessRule
from kernel.slices.discovery import discover
from tests.architecture.tree import ROOT, functions, plant, python_files, shown


def untested_slices(root: Path, doors: Iterable[AccessRule]) -> list[str]:
    """Every slice without a test, without the tests that each has, or without a snapshot of its success."""
    found: list[str] = []
    for door in doors:
        *resource, verb = door.name.split(".")
        test = root.joinpath("tests", "features", *resource, f"test_{verb}.py")
        if not test.is_file():
            found.append(f"{door.name} has no test; write {shown(test, root)}")
            continue
        found += [f"{shown(test, root)} has no {each}" for each in needed_tests(door) if each not in functions(test)]
        if "test_success" in functions(test) and not any(_of("test_success", each) for each in _snapshots(test)):
            found.append(
                f"{shown(test, root)} has no snapshot of test_success; assert shown(response, events) == snapshot"
            )
    return found


def needed_tests(door: AccessRule) -> list[str]:
    """A test of the success and one of a caller who is not let in, whatever it is that they lack."""
    if door.access is PUBLIC:
        return ["test_success"]
    needs_only_a_token = door.access is SIGNED_IN and not door.button and not door.roles
    return ["test_success", "test_without_a_token" if needs_only_a_token else "test_without_permission"]


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
    assert untested_slices(ROOT, (route.access_rule for feature in discover() for route in feature.slices)) == []


def test_no_test_is_left_behind():
    """A use case is deleted with its test; what stays behind would be read as if it still held."""
    assert orphans(ROOT) == []


def test_untested_slices_are_caught(tmp_path):
    """A slice whose test is missing, lacks a case, or has no snapshot is named, with what to write."""
    doors = [
        AccessRule("shop.login", PUBLIC),
        AccessRule("shop.mine", SIGNED_IN),
        AccessRule("shop.orders.get"),
        AccessRule("shop.orders.send"),
        AccessRule("shop.orders.take_back"),
        AccessRule("shop.orders.track", SIGNED_IN, roles=all_of("R_SHOP")),
    ]
    both = "def test_success(): ...\nasync def test_without_permission(): ..."
    plant(
        tmp_path,
        {
            "tests/features/shop/test_login.py": "def test_success(): ...",
            "tests/features/shop/__snapshots__/test_login/test_success.json": "",
            "tests/features/shop/test_mine.py": "def test_success(): ...\ndef test_without_a_token(): ...",
            "tests/features/shop/__snapshots__/test_mine/test_success.1.json": "",
            "tests/features/shop/orders/test_get.py": both,
            "tests/features/shop/orders/__snapshots__/test_get/test_success[one].json": "",
            "tests/features/shop/orders/test_send.py": both,
            "tests/features/shop/orders/__snapshots__/test_send/test_successor.json": "",
            "tests/features/shop/orders/test_track.py": "async def test_success(): ...",
            "tests/features/shop/orders/__snapshots__/test_track/test_success.json": "",
        },
    )
    assert untested_slices(tmp_path, doors) == [
        "tests/features/shop/orders/test_send.py has no snapshot of test_success; assert shown(response, events) == snapshot",
        "shop.orders.take_back has no test; write tests/features/shop/orders/test_take_back.py",
        "tests/features/shop/orders/test_track.py has no test_without_permission",
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

"""The walls of pyproject.toml's import-linter contracts, and those that its contracts cannot express."""

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT, dotted, imports, is_slice, parsed, plant, python_files, shown, top_level_names

# --- import-linter's contracts

TWO_FEATURES = {
    "features/shop/models.py": "from kernel import Model",
    "features/shop/events.py": "class OrderSent: ...",
    "features/shop/orders/send.py": "from features.shop.models import Order",
    "features/shop/orders/search.py": "from features.shop.models import Order",
    "features/post/reactions/on_order_sent.py": "from features.shop.events import OrderSent",
}

# Contract, file, the line that breaks it, and what the report must say.
PLANTED = [
    ("kernel-knows-no-feature", "platform/kernel/__main__.py", "import features.shop.models", "kernel.__main__ -> f"),
    (
        "features-are-independent",
        "features/post/reactions/on_order_sent.py",
        "from features.shop.models import Order",
        "features.post.reactions.on_order_sent -> features.shop.models",
    ),
    (
        "slices-are-leaves",
        "features/shop/orders/send.py",
        "from features.shop.orders.search import find",
        "features.shop.orders.send -> features.shop.orders.search",
    ),
    (
        "slices-are-leaves",
        "features/shop/models.py",
        "from features.shop.orders.search import find",
        "features.shop.models -> features.shop.orders.search",
    ),
    (
        "events-are-plain",
        "features/shop/events.py",
        "from features.shop.models import Order",
        "features.shop.events -> features.shop.models",
    ),
    ("events-are-plain", "features/shop/events.py", "from kernel import Status", "features.shop.events -> kernel"),
    (
        "features-import-the-public-api",
        "features/shop/models.py",
        "from kernel.slices import SliceRoute",
        "features.shop.models -> kernel.slices",
    ),
    (
        "kernel-state-is-managed-by-built-in-modules",
        "features/shop/models.py",
        "from kernel.identity.models import User",
        "features.shop.models -> kernel.identity.models",
    ),
    (
        "public-api-looks-outwards",
        "platform/kernel/__main__.py",
        "from kernel import Refusal",
        "kernel.__main__ -> kernel (",
    ),
    ("kernel-floors", "platform/kernel/clock.py", "import kernel.slices", "kernel.clock -> kernel.slices"),
    ("kernel-floors", "platform/kernel/gadget.py", "import os", "- kernel.gadget"),
    (
        "no-circles-in-kernel-packages",
        "platform/kernel/database/statements.py",
        "import kernel.database.engines",
        "No cycles are allowed in kernel.database",
    ),
    ("tests-stay-outside", "features/shop/models.py", "import tests.callers", "features.shop.models -> tests"),
    ("one-file-knows-granian", "platform/kernel/app.py", "import granian", "kernel.app -> granian"),
]


def contracts() -> dict[str, dict[str, Any]]:
    """The contracts of pyproject.toml by their ids."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract for contract in settings["contracts"]}


def broken_contracts(root: Path) -> tuple[set[str], str]:
    """The ids of the contracts that the tree breaks, and import-linter's report."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    run = subprocess.run(
        [*command, "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "platform"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    report = run.stdout + run.stderr
    broken = {identifier for identifier, contract in contracts().items() if f"{contract['name']} BROKEN" in report}
    assert (run.returncode == 0) == (not broken), report
    return broken, report


def test_contracts():
    """`just walls` says so too; here it stands among what must hold."""
    broken, report = broken_contracts(ROOT)
    assert not broken, report


def test_every_contract_has_a_planted_violation():
    """A rule of which nobody has seen that it bites may as well not be there, so a new contract comes with a violation."""
    assert set(contracts()) == {contract for contract, *_ in PLANTED}


@pytest.mark.parametrize(("contract", "file", "line", "reported"), PLANTED, ids=[each[0] for each in PLANTED])
def test_contracts_catch(tmp_path, contract, file, line, reported):
    """Two planted features on the real kernel, with one forbidden import: it breaks that contract and no other."""
    plant(tmp_path, TWO_FEATURES)
    shutil.copytree(ROOT / "platform" / "kernel", tmp_path / "platform" / "kernel")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    before = (tmp_path / file).read_text(encoding="utf-8") if (tmp_path / file).exists() else ""
    plant(tmp_path, {file: f"{before}\n{line}\n"})
    broken, report = broken_contracts(tmp_path)
    assert broken == {contract}, report
    assert reported in report


def test_every_floor_is_held(tmp_path):
    """On the real kernel, each room imports one of the floor above it: the report names every one of them."""
    shutil.copytree(ROOT / "platform" / "kernel", tmp_path / "platform" / "kernel")
    plant(tmp_path, {"features/shop/models.py": ""})
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    floors = [[room.strip() for room in floor.split("|")] for floor in contracts()["kernel-floors"]["layers"]]
    planted = {room: above[0] for above, floor in pairwise(floors) for room in floor}
    for room, above in planted.items():
        folder = tmp_path / "platform" / "kernel" / room
        file = folder / "gadget.py" if folder.is_dir() else folder.with_suffix(".py")
        with file.open("a", encoding="utf-8") as text:
            text.write(f"\nimport kernel.{above}\n")
    _, report = broken_contracts(tmp_path)
    missed = [
        f"{room} -> {above}"
        for room, above in planted.items()
        if f"kernel.{room} is not allowed to import kernel.{above}" not in report
    ]
    assert not missed, report


# --- What the contracts cannot say


def imported_slices(root: Path) -> list[str]:
    """Whoever imports a slice. A contract cannot tell the slice features/auth/login.py from the shared file models.py."""
    slices = {dotted(file, root) for file in python_files(root, "features") if is_slice(file)}
    return [
        f"{shown(file, root, each.line)} imports the slice {each.target(root)}; "
        "move what both need into a file of the module"
        for file in python_files(root, "features", "platform", "migrations")
        for each in imports(file, root)
        if each.target(root) in slices
    ]


def imported_features(root: Path) -> list[str]:
    """Whoever imports another feature, unless a reaction imports its events."""
    found: list[str] = []
    for file in python_files(root, "features"):
        _, feature, *inside = [*dotted(file, root).split("."), ""]
        for each in imports(file, root):
            top, other, *rest = [*each.target(root).split("."), ""]
            if top != "features" or other in ("", feature):
                continue
            if inside[:1] != ["reactions"]:
                found.append(f"{shown(file, root, each.line)} imports features.{other}; only reactions may, its events")
            elif rest[:1] != ["events"]:
                found.append(
                    f"{shown(file, root, each.line)} imports {each.target(root)}; a reaction imports events only"
                )
    return found


def names_that_are_rooms(root: Path) -> list[str]:
    """The names of the public API that a file or folder of the kernel bears as well. `from kernel import search` would be
    two things, and import-linter would take the one for the other."""
    kernel = root / "platform" / "kernel"
    names = top_level_names(parsed(kernel / "__init__.py"))
    return [
        f"`from kernel import {name}` is a name of the public API and {shown(path, root)}; rename one of them"
        for path in sorted(kernel.iterdir())
        if (name := path.stem) in names
    ]


def imports_by_string(root: Path) -> list[str]:
    """Whoever imports by string, where no rule sees it. Discovery does, and it stands in the kernel."""
    return [
        f"{shown(file, root, each.line)} imports importlib; write the import, so that the walls see it"
        for file in python_files(root, "features")
        for each in imports(file, root)
        if each.module.partition(".")[0] == "importlib"
    ]


def test_nothing_imports_a_slice(tmp_path):
    """A use case can be changed by who has read its one file, and deleted with that file, if nobody leans on it."""
    assert imported_slices(ROOT) == []
    planted = plant(
        tmp_path,
        {
            "features/shop/login.py": "@post()\nasync def login(): ...",
            "features/shop/models.py": "from features.shop import login",
            "features/shop/logout.py": "from features.shop.login import check\n@post()\nasync def logout(): ...",
            "features/shop/search.py": "from features.shop import models\n@post()\nasync def search(): ...",
        },
    )
    assert imported_slices(planted) == [
        "features/shop/logout.py:1 imports the slice features.shop.login; move what both need into a file of the module",
        "features/shop/models.py:1 imports the slice features.shop.login; move what both need into a file of the module",
    ]


def test_only_reactions_import_the_events_of_others(tmp_path):
    """What a module tells others are its events; whoever hears them in the midst of a use case has become a part of it."""
    assert imported_features(ROOT) == []
    planted = plant(
        tmp_path,
        {
            "features/shop/events.py": "",
            "features/shop/models.py": "from features.shop.events import OrderSent",
            "features/post/letters.py": "from features.shop.events import OrderSent",
            "features/post/reactions/on_order_sent.py": "from features.shop.events import OrderSent",
            "features/post/reactions/on_order_lost.py": "def react():\n    from features.shop import models, events",
        },
    )
    assert imported_features(planted) == [
        "features/post/letters.py:1 imports features.shop; only reactions may, its events",
        "features/post/reactions/on_order_lost.py:2 imports features.shop.models; a reaction imports events only",
    ]


def test_no_name_of_the_public_api_is_a_room(tmp_path):
    """What a feature imports is one thing, and the contracts can tell which."""
    assert names_that_are_rooms(ROOT) == []
    planted = plant(
        tmp_path,
        {
            "platform/kernel/__init__.py": "from kernel.clock import clock, now\nfrom kernel.search.page import search",
            "platform/kernel/clock.py": "",
            "platform/kernel/search/page.py": "",
        },
    )
    assert names_that_are_rooms(planted) == [
        "`from kernel import clock` is a name of the public API and platform/kernel/clock.py; rename one of them",
        "`from kernel import search` is a name of the public API and platform/kernel/search; rename one of them",
    ]


def test_no_feature_imports_by_string(tmp_path):
    """A wall that one can go round by writing the import as a string is none."""
    assert imports_by_string(ROOT) == []
    planted = plant(tmp_path, {"features/shop/models.py": "from importlib import import_module"})
    assert imports_by_string(planted) == [
        "features/shop/models.py:1 imports importlib; write the import, so that the walls see it"
    ]

"""Where things stand, and how large they may grow."""

import ast
from fnmatch import fnmatch
from pathlib import Path

from tests.architecture.tree import ROOT, imports, is_slice, parsed, plant, python_files, shown

ROOMS = ("features", "platform", "migrations", "tests")
TOP = {*ROOMS, "pyproject.toml", "justfile", "README.md", "LICENSE"}
MOST_LINES_OF_A_SLICE = 150
MOST_NAMES_OF_A_SLICE = 10
MOST_LINES_OF_A_KERNEL_FILE = 350


def long_files(root: Path) -> list[str]:
    """The slices and the kernel's files that have grown too long to be one thing."""
    limits = {file: MOST_LINES_OF_A_SLICE for file in python_files(root, "features") if is_slice(file)}
    limits |= dict.fromkeys(python_files(root, "platform/kernel"), MOST_LINES_OF_A_KERNEL_FILE)
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in limits}
    why = {
        MOST_LINES_OF_A_SLICE: "a rule of the module is hiding in it, or a second use case",
        MOST_LINES_OF_A_KERNEL_FILE: "it has a second subject, which wants a file of its own",
    }
    return [
        f"{shown(file, root)} has {lines[file]} lines, more than {limit}: {why[limit]}"
        for file, limit in limits.items()
        if lines[file] > limit
    ]


def wide_slices(root: Path) -> list[str]:
    """The slices that a reader cannot follow without knowing too many names: those beside types of fields and kinds of ids."""
    found: list[str] = []
    for file in python_files(root, "features"):
        if not is_slice(file):
            continue
        names = names_beside_field_types(parsed(file))
        if len(names) > MOST_NAMES_OF_A_SLICE:
            found.append(
                f"{shown(file, root)} needs {len(names)} imported names, more than {MOST_NAMES_OF_A_SLICE}: "
                f"a rule of the module or of the kernel is hiding in it ({', '.join(names)})"
            )
    return found


def names_beside_field_types(tree: ast.Module) -> list[str]:
    """The imported names that a file uses elsewhere than in the fields of its classes and in `[...]` of its signatures."""
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    fields = [
        each
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for each in node.body
        if isinstance(each, ast.AnnAssign)
    ]
    kinds = [
        each.slice
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef)
        for signature in (node.args, node.returns or node.args)
        for each in ast.walk(signature)
        if isinstance(each, ast.Subscript)
    ]
    beside = {id(each) for read_in_place in [*fields, *kinds] for each in ast.walk(read_in_place)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in beside}
    return sorted(imported & used)


def prints(root: Path) -> list[str]:
    """Every call of print."""
    return [
        f"{shown(file, root, node.lineno)} prints; log it, or write it to sys.stdout"
        for file in python_files(root, "features", "platform", "migrations")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def strangers_at_the_top(root: Path) -> list[str]:
    """What is at the top and neither belongs there, nor is a dotfile, nor ignored by git."""
    ignore_file = root / ".gitignore"
    lines = ignore_file.read_text(encoding="utf-8").splitlines() if ignore_file.exists() else []
    ignored = [line.strip("/") for line in lines if line and not line.startswith("#")]
    return [
        f"{path.name} does not belong at the top; its room is one of {', '.join(ROOMS)}"
        for path in sorted(root.iterdir())
        if path.name not in TOP
        and not path.name.startswith(".")
        and not any(fnmatch(path.name, each) for each in ignored)
    ]


def platform_package(root: Path) -> list[str]:
    """The file that would make platform/ a package."""
    file = root / "platform" / "__init__.py"
    return ["platform/__init__.py would shadow Python's own `platform`; delete it"] if file.exists() else []


def migrations_that_import(root: Path) -> list[str]:
    """The migrations that import code of ours."""
    return [
        f"{shown(file, root, each.line)} imports {each.module}; say there what the tables were then, by values"
        for file in python_files(root, "migrations")
        for each in imports(file, root)
        if each.module.partition(".")[0] in ("features", "kernel")
    ]


def test_slices_are_narrow(tmp_path):
    """Ten names are what one keeps in mind. Types of fields are read where they stand, and a wide form has many."""
    assert wide_slices(ROOT) == []
    names = [f"name_{number}" for number in range(10)]
    plant(
        tmp_path,
        {
            f"features/shop/orders/{verb}.py": f"from kernel import Email, Order, post, {', '.join(names)}\n"
            f"class SendOrderRequest(name_0):\n    email: Email | None = None\n"
            f"@post()\nasync def use_case(id: SqidId[Order]) -> Updated: return {', '.join(names[:used])}\n"
            for verb, used in (("get", 9), ("send", 10))
        },
    )
    assert wide_slices(tmp_path) == [
        "features/shop/orders/send.py needs 11 imported names, more than 10: a rule of the module or of the kernel is "
        f"hiding in it ({', '.join([*names, 'post'])})"
    ]


def test_files_are_short(tmp_path):
    """One file, one use case; one file, one subject. What is read in one sitting is changed without fear."""
    assert long_files(ROOT) == []
    files = {
        "features/shop/send.py": 151,
        "features/shop/track.py": 150,
        "features/shop/seed.py": 400,
        "platform/kernel/gadget.py": 351,
    }
    for path, lines in files.items():
        text = ("" if "seed" in path else "@get()\nasync def use_case(): ...\n") + "# a line\n" * 400
        plant(tmp_path, {path: "".join(text.splitlines(keepends=True)[:lines])})
    assert long_files(tmp_path) == [
        "features/shop/send.py has 151 lines, more than 150: a rule of the module is hiding in it, or a second use case",
        "platform/kernel/gadget.py has 351 lines, more than 350: it has a second subject, which wants a file of its own",
    ]


def test_nothing_prints(tmp_path):
    """A printed line has no level, no request id and no end; in production it is lost, or stands in the midst of JSON."""
    assert prints(ROOT) == []
    plant(tmp_path, {"features/shop/send.py": "def send(report=print):\n    print('sent')"})
    assert prints(tmp_path) == ["features/shop/send.py:2 prints; log it, or write it to sys.stdout"]


def test_the_top_is_tidy(tmp_path):
    """Whoever opens the house for the first time sees its few rooms, and no room for what fits in none."""
    assert strangers_at_the_top(ROOT) == []
    files = {"features/README.md": "", ".gitignore": "var/\n*.lock\n", "var/db": "", "uv.lock": "", "utils/time.py": ""}
    assert strangers_at_the_top(plant(tmp_path, files)) == [
        "utils does not belong at the top; its room is one of features, platform, migrations, tests"
    ]


def test_platform_is_no_package(tmp_path):
    """With an `__init__.py` it would be imported where Python's own `platform` is meant, and FastAPI would not start."""
    assert platform_package(ROOT) == []
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "__init__.py").touch()
    assert platform_package(tmp_path) == ["platform/__init__.py would shadow Python's own `platform`; delete it"]


def test_migrations_stand_alone(tmp_path):
    """A migration is run as it was merged. What it imported would have changed, or be gone, by then."""
    assert migrations_that_import(ROOT) == []
    plant(
        tmp_path,
        {
            "migrations/shop/0001_initial.py": "from tortoise import fields\nfrom json import loads",
            "migrations/shop/0002_states.py": "from features.shop.models import State\nimport kernel.clock",
        },
    )
    assert migrations_that_import(tmp_path) == [
        "migrations/shop/0002_states.py:1 imports features.shop.models; say there what the tables were then, by values",
        "migrations/shop/0002_states.py:2 imports kernel.clock; say there what the tables were then, by values",
    ]

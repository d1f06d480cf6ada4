"""The source tree as the rules read it: its files, what they import, and which of them are slices."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECORATORS = {"get", "post", "put", "patch", "delete"}


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files, path to text, under `root`, and make a package of each folder with Python files. Returns `root`."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        for folder in file.parents if file.suffix == ".py" else ():
            if folder == root:
                break
            if folder != root / "platform":
                (folder / "__init__.py").touch()
    return root


def python_files(root: Path, *folders: str) -> list[Path]:
    """The Python files below these folders of the tree; a folder that is not there has none."""
    return sorted(file for folder in folders for file in (root / folder).rglob("*.py"))


@cache
def parsed(file: Path) -> ast.Module:
    """The file's syntax tree, read once."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def shown(file: Path, root: Path, line: int | None = None) -> str:
    """The file as a message names it: `features/hr/models.py:12`."""
    return file.relative_to(root).as_posix() + (f":{line}" if line else "")


def dotted(file: Path, root: Path) -> str:
    """The module's name: `features.hr.models`, `kernel.ids`, and for an `__init__.py` the package's."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(part for part in parts if part not in ("platform", "__init__"))


@dataclass(frozen=True)
class Import:
    """One imported module, or one name that is taken from it (None where the module is imported whole)."""

    module: str
    name: str | None
    line: int

    def target(self, root: Path) -> str:
        """The module that is reached: `from features.hr import models` reaches `features.hr.models`."""
        deeper = f"{self.module}.{self.name}"
        return deeper if self.name and _exists(deeper, root) else self.module


def imports(file: Path, root: Path) -> Iterator[Import]:
    """Everything that the file imports: at its top, in a function, for the type checker alone."""
    package = dotted(file.parent / "__init__.py", root).split(".")
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)


def is_slice(file: Path) -> bool:
    """Has the file a handler that `@get`, `@post`, `@put`, `@patch` or `@delete` decorates?"""
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in DECORATORS
        for node in parsed(file).body
        if isinstance(node, ast.AsyncFunctionDef)
        for each in node.decorator_list
    )


def top_level_names(tree: ast.Module) -> set[str]:
    """The names that a module binds at its top: imported, assigned, defined."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def functions(file: Path) -> set[str]:
    """The names of all functions and methods of the file."""
    return {node.name for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def classes(file: Path) -> set[str]:
    """The names of all classes of the file."""
    return {node.name for node in ast.walk(parsed(file)) if isinstance(node, ast.ClassDef)}


def _exists(module: str, root: Path) -> bool:
    base = root / "platform" if module.partition(".")[0] == "kernel" else root
    path = base.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()

"""The public API is explained, name by name: whoever adds a module opens none of the kernel's files."""

import ast
import re
from collections.abc import Set
from inspect import ismodule

import kernel
from tests.architecture.tree import ROOT


def examples_of_the_public_api(readme: str) -> list[tuple[list[str], str]]:
    """The rows of platform/README.md's table of the public API: the names, and the line that shows them."""
    table = readme.partition("\n## The public API\n")[2].partition("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", row)[2:4] for row in table.splitlines() if row.startswith("| ")]
    return [(re.findall(r"`(\w+)`", names), example.strip(" `").replace("\\|", "|")) for names, example in rows[1:]]


def public_api_unlike_the_table(readme: str, names: Set[str]) -> list[str]:
    """The names that the table does not have, those that do not exist, and examples that are no Python or show no name."""
    rows = examples_of_the_public_api(readme)
    told = [name for row_names, _ in rows for name in row_names]
    found = [f"{name} has no row in platform/README.md" for name in sorted(names - set(told))]
    found += [f"{name} has a row in platform/README.md, and does not exist" for name in sorted(set(told) - names)]
    found += [f"{name} has several rows in platform/README.md" for name in sorted(set(told)) if told.count(name) > 1]
    for row_names, example in rows:
        shown = _names_in(example)
        if shown is None:
            found.append(f"{example} is no Python")
        else:
            found += [f"the example of {name} does not show it: {example}" for name in row_names if name not in shown]
    return found


def _names_in(example: str) -> set[str] | None:
    """The names that a line of Python uses; a decorator decorates something."""
    lines = (
        [f"{each}\nasync def handler(): ..." for each in example.split("; ")] if example.startswith("@") else [example]
    )
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return None
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_the_public_api_is_explained():
    """Whoever adds a module finds there what the kernel offers, and opens none of its files."""
    names = {name for name, value in vars(kernel).items() if not name.startswith("_") and not ismodule(value)}
    readme = (ROOT / "platform" / "README.md").read_text(encoding="utf-8")
    assert public_api_unlike_the_table(readme, names) == []
    assert len(examples_of_the_public_api(readme)) > 50


def test_a_wrong_row_of_the_public_api_is_caught():
    """An example stands for its name, so it must use it; `\\|` is how a table writes a bar."""
    table = r"""
## The public API

| to | name | example |
|---|---|---|
| **read** | | |
| read | `get`, `post` | `@get("/x"); @get("/y")` |
| | `Page` | `rows: Page[int \| None]` |
| | `Page` | `rows: Page[` |
| | `Gone` | `Gone()` |
"""
    assert public_api_unlike_the_table(table, {"get", "post", "Page", "paginate"}) == [
        "paginate has no row in platform/README.md",
        "Gone has a row in platform/README.md, and does not exist",
        "Page has several rows in platform/README.md",
        'the example of post does not show it: @get("/x"); @get("/y")',
        "rows: Page[ is no Python",
    ]


def test_the_module_of_the_readme_is_made_of_what_there_is():
    """What features/README.md shows of a module's files is Python, and takes nothing that the kernel does not offer."""
    readme = (ROOT / "features" / "README.md").read_text(encoding="utf-8")
    block, *_ = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    ours = {"Book", "BookState", "Genre", "LibraryCode"}
    names = [node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Name)]
    used = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    assert used - ours - set(vars(kernel)) == {"fields", "int"}

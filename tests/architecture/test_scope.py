"""Rows that are not for everybody are read by `visible()`; whoever goes around it says so, by `unscoped()`."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kernel.models.scope import Scoped
from kernel.slices.discovery import database_config
from tests.architecture.test_foreign_keys import model_apps
from tests.architecture.tree import ROOT, parsed, plant, python_files, shown

QUERIES = {"all", "filter", "exclude", "get", "get_or_none", "first", "last", "earliest", "latest", "annotate", "raw"}
QUERIES |= {"in_bulk", "exists", "with_deleted", "select_for_update", "get_or_create", "update_or_create"}
OWNERS = {"models.py", "seed.py"}  # the model itself, and what nobody asks for

# Through a relation: what is shown, and why it may be.
THROUGH_RELATIONS = {
    "features/hr/departments/stats.py": "how many work in a department, and no more, is for who may ask",
    "features/hr/public/showcase.py": "how many work in a department, and no more, is for everybody",
}


async def scoped_models() -> dict[str, set[str]]:
    """The scoped models by name, with the names by which other tables reach them."""
    async with model_apps(database_config()) as apps:
        models = [model for each in apps.values() for model in each.values()]
        found: dict[str, set[str]] = {model.__name__: set() for model in models if issubclass(model, Scoped)}
        for model in models:
            for name in model._meta.backward_fk_fields | model._meta.m2m_fields:
                target: Any = model._meta.fields_map[name]
                if target.related_model.__name__ in found:
                    found[target.related_model.__name__].add(name)
    return found


def silent_detours(root: Path, scoped: Mapping[str, set[str]], allowed: Mapping[str, str]) -> Iterator[str]:
    """Each query of a scoped model that says nothing of whose rows it reads."""
    for file in python_files(root, "features"):
        if file.name in OWNERS or shown(file, root) in allowed:
            continue
        for node in ast.walk(parsed(file)):
            place = shown(file, root, getattr(node, "lineno", 0))
            if (asked := _asked(node)) and asked[0] in scoped and asked[1] in QUERIES:
                yield f"{place}: {'.'.join(asked)} reads all rows: say {asked[0]}.visible(), or .unscoped()"
            for model, names in scoped.items():
                if (name := _reached(node)) in names:
                    yield f"{place}: {name!r} leads to every {model}: say {model}.visible()"


def _asked(node: ast.AST) -> tuple[str, str] | None:
    """`Order.filter`, in its two parts."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    return None


def _reached(node: ast.AST) -> str | None:
    """The relation that an expression follows, by attribute or by a text such as "employees__name"."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.partition("__")[0]
    return None


async def test_nobody_goes_around_a_scope_silently() -> None:
    scoped = await scoped_models()
    assert scoped["Employee"] == {"employees"}
    assert list(silent_detours(ROOT, scoped, THROUGH_RELATIONS)) == []


def test_a_detour_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "features/shop/orders/get.py": "x = Order.filter(id=1)\ny = Order.visible().filter(id=1)\nz = Order.unscoped()",
            "features/shop/orders/count.py": 'x = Count("orders")\ny = "orders__total"\nz = shop.orders',
            "features/shop/orders/stats.py": 'x = Count("orders")',
            "features/shop/models.py": "x = Order.filter(id=1)",
        },
    )
    found = silent_detours(tmp_path, {"Order": {"orders"}}, {"features/shop/orders/stats.py": "numbers"})
    assert sorted(found) == [
        "features/shop/orders/count.py:1: 'orders' leads to every Order: say Order.visible()",
        "features/shop/orders/count.py:2: 'orders' leads to every Order: say Order.visible()",
        "features/shop/orders/count.py:3: 'orders' leads to every Order: say Order.visible()",
        "features/shop/orders/get.py:1: Order.filter reads all rows: say Order.visible(), or .unscoped()",
    ]


def test_what_is_allowed_is_there() -> None:
    assert [path for path in THROUGH_RELATIONS if not (ROOT / path).is_file()] == []

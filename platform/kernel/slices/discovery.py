"""Discovery: the folder is the register. Every use case, table, event and declaration is found by where its file stands.

features/<feature>/feature.py         `feature = Feature(title=..., prefix=...)`: makes the folder a feature
features/<feature>/models.py          its tables, a Tortoise app of the feature's name
features/<feature>/access.py          `access = Declarations(...)`
features/<feature>/codes.py           its ResponseCode enumeration
features/<feature>/settings.py        its ModuleSettings
features/<feature>/seed.py            `async def install()`: the rows that every installation begins with; `async def seed()`: demo rows; both
                                      idempotent; `DEMO_ACCOUNTS`; `async def generate_demo_rows(count, advance)`
features/<feature>/reactions/*.py     reactions, registered when they are imported
features/<feature>/retell.py          `retold = [Retold(...)]`: how it tells its present state to a module that is new
features/<feature>/**/<verb>.py       a slice, if it has a decorated handler; see `kernel.slices.decorators`
"""

import importlib
import inspect
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from kernel.database.config import tortoise_config
from kernel.errors.codes import ResponseCode, check_codes
from kernel.errors.operator import DeclarationError, SettingsError
from kernel.ids import check_kinds
from kernel.models.base import Model
from kernel.rbac.declarations import Declarations
from kernel.settings import ModuleSettings, settings
from kernel.slices.decorators import declaration_of
from kernel.slices.route import API_PREFIX, SliceRoute
from kernel.slices.source import place
from kernel.unit_of_work.events import reacts
from kernel.unit_of_work.retelling import Retold

T = TypeVar("T")

KERNEL_TABLES = ("kernel.identity.models", "kernel.unit_of_work.models")


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A feature module. It says its title and its `prefix`, the part of its URLs after `/api/v1`, such as `/business/hr`;
    and, if its slices write the kernel's tables as well as its own, `own_database=False`: it is never given one.

    The other fields are filled by discovery, from what else stands in the folder.
    """

    title: str
    prefix: str
    own_database: bool = True
    name: str = ""
    slices: tuple[SliceRoute, ...] = ()
    models: str | None = None
    access: Declarations = field(default_factory=Declarations)
    codes: tuple[type[ResponseCode], ...] = ()
    install: Callable[[], Awaitable[None]] | None = None
    seed: Callable[[], Awaitable[None]] | None = None
    generate_demo_rows: Callable[[int, Callable[[int], None]], Awaitable[None]] | None = None
    retold: Sequence[Retold[Any]] = ()
    demo_accounts: Mapping[str, str] = field(default_factory=dict)


@cache
def discover() -> tuple[Feature, ...]:
    """Every feature. Raises DeclarationError, with the file and what to do, for a file that breaks the form."""
    root = Path(importlib.import_module("features").__path__[0])
    found = tuple(_read_feature(path) for path in sorted(root.iterdir()) if any(path.glob("**/*.py")))
    check_codes([kind for feature in found for kind in feature.codes])
    check_kinds(_models(*KERNEL_TABLES, *(feature.models for feature in found if feature.models)))
    return found


def database_config() -> dict[str, Any]:
    """Tortoise's configuration: the kernel's tables and those of every feature that has some, on their connections."""
    models: dict[str, str | Sequence[str]] = {"kernel": KERNEL_TABLES}
    models |= {feature.name: feature.models for feature in discover() if feature.models}
    urls = {"default": settings().database_url}
    for feature in discover():
        if feature.models and (url := settings().module_database_url(feature.name)):
            _refuse_ties(feature)
            urls[feature.name] = url
    return tortoise_config(models, urls)


def _refuse_ties(feature: Feature) -> None:
    """Refuse a database of its own to a feature that the common one holds on to."""
    if not feature.own_database:
        raise SettingsError(
            f"{feature.name.upper()}_DB_URL: {feature.name} writes tables of the common database too; "
            "it cannot have one of its own"
        )
    for model in _models(feature.models or ""):
        for name in model._meta.fetch_fields:
            target = getattr(model._meta.fields_map[name], "model_name", f"{feature.name}.")
            if target.partition(".")[0] != feature.name:
                raise SettingsError(
                    f"{feature.name.upper()}_DB_URL: {model.__name__}.{name} is a foreign key to {target}, "
                    f"which is in the common database; {feature.name} cannot have one of its own"
                )


def _models(*dotted: str) -> list[type[Model]]:
    return [model for each in dotted for model in _classes(importlib.import_module(each), Model)]


def _read_feature(folder: Path) -> Feature:
    name = folder.name
    if not (folder / "feature.py").exists():
        raise DeclarationError(
            f"features/{name}/ has no feature.py; it must define `feature = Feature(title=..., prefix=...)`"
        )
    declared = _declared(f"features.{name}.feature", "feature", Feature)
    found: dict[str, Any] = {"name": name}
    slices: list[SliceRoute] = []
    for path in sorted(folder.rglob("*.py")):
        if path.name == "__init__.py":  # is run, once, when what stands in its folder is imported
            continue
        inner = ".".join(path.relative_to(folder).with_suffix("").parts)
        dotted = f"features.{name}.{inner}"
        python_module = _imported(dotted)
        match inner:
            case "models":
                found["models"] = dotted
            case "access":
                found["access"] = _declared(dotted, "access", Declarations)
            case "codes":
                found["codes"] = tuple(_classes(python_module, ResponseCode))
            case "settings":
                for kind in _classes(python_module, ModuleSettings):
                    kind.load()
            case "seed":
                found["install"] = getattr(python_module, "install", None)
                found["seed"] = getattr(python_module, "seed", None)
                found["generate_demo_rows"] = getattr(python_module, "generate_demo_rows", None)
                found["demo_accounts"] = getattr(python_module, "DEMO_ACCOUNTS", {})
            case "retell":
                found["retold"] = _declared(dotted, "retold", list)
            case _ if inner.startswith("reactions."):
                if not reacts(dotted):
                    raise DeclarationError(f"{_file(dotted)} registers no reaction; decorate one with @on(Event)")
            case _:
                slices += _read_slices(declared.prefix, dotted, python_module)
    return replace(declared, slices=tuple(slices), **found)


def _imported(dotted: str) -> ModuleType:
    try:
        return importlib.import_module(dotted)
    except SyntaxError as error:  # of the file, or of one that it imports
        written = f": {error.text.strip()}" if error.text else ""
        file = os.path.relpath(error.filename or _file(dotted))
        raise DeclarationError(f"{file}, line {error.lineno}: {error.msg}{written}") from None
    except DeclarationError as error:  # of a class that it defines
        raise DeclarationError(f"{_file(dotted)}: {error}") from None


def _file(dotted: str) -> str:
    return f"{dotted.replace('.', '/')}.py"


def _declared(dotted: str, name: str, kind: type[T]) -> T:
    value = getattr(_imported(dotted), name, None)
    if not isinstance(value, kind):
        raise DeclarationError(f"{_file(dotted)} must define `{name} = {kind.__name__}(...)`")
    return value


def _classes(python_module: ModuleType, kind: type[T]) -> list[type[T]]:
    """The subclasses of `kind` that the file defines."""
    found = [each for each in vars(python_module).values() if isinstance(each, type) and issubclass(each, kind)]
    return [each for each in found if each.__module__ == python_module.__name__]


def _read_slices(feature_prefix: str, dotted: str, python_module: ModuleType) -> list[SliceRoute]:
    """The one slice of a file; none of a file beside the resources' folders that declares nothing."""
    name = dotted.removeprefix("features.")
    _, *resource, _ = name.split(".")
    handlers = [each for each in vars(python_module).values() if declaration_of(each) and each.__module__ == dotted]
    if not handlers and not resource:
        return []
    if len(handlers) != 1:
        raise DeclarationError(
            f"{_file(dotted)} declares {len(handlers)} routes; every file in a resource's folder is one use case: "
            "decorate its one handler with @get, @post, @put, @patch or @delete"
        )
    summary = (inspect.getdoc(python_module) or "").partition("\n")[0]
    if not summary:
        raise DeclarationError(f"{_file(dotted)} has no docstring; its first line says what the use case does")
    prefix = API_PREFIX + feature_prefix + "".join("/" + part.replace("_", "-") for part in resource)
    try:
        return [SliceRoute(handlers[0], name=name, prefix=prefix, summary=summary)]
    except DeclarationError as error:
        raise DeclarationError(f"{place(dotted, after=_first_line(handlers[0]))}: {error}") from None


def _first_line(handler: Any) -> int:
    """Of its decorator."""
    return inspect.unwrap(handler).__code__.co_firstlineno

"""Facts are contracts: they outlive the code that told them, and another version of the app reads them."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from importlib.util import find_spec
from typing import Any, get_type_hints

from syrupy.assertion import SnapshotAssertion

from kernel.slices.discovery import discover
from kernel.unit_of_work.events import _check, event_name


def facts() -> Iterator[type]:
    """Every public class of every module's `events.py`."""
    for feature in discover():
        if find_spec(f"features.{feature.name}.events"):
            module = import_module(f"features.{feature.name}.events")
            found = [each for each in vars(module).values() if isinstance(each, type)]
            yield from (each for each in found if each.__module__ == module.__name__)


def test_fields(snapshot: SnapshotAssertion):
    """A field that is new has a default (`= ...` below), or facts that were told before it can be read no more. One that goes, or
    becomes another, is missed by older versions that still run, and by reactions: add one instead.
    """
    assert {event_name(each): described(each) for each in facts()} == snapshot


def described(kind: Any) -> dict[str, str]:
    return {each.name: _described(get_type_hints(kind)[each.name], each.default) for each in fields(kind)}


def _described(hint: Any, default: object) -> str:
    name = hint.__name__ if isinstance(hint, type) else str(hint)
    return name if default is MISSING else f"{name} = {default!r}"


def test_they_are_of_ids_and_primitives():
    plain = {int, str, bool, float, int | None, str | None, bool | None, float | None}
    for kind in facts():
        _check(kind)
        strange = {name: hint for name, hint in get_type_hints(kind).items() if hint not in plain}
        assert not strange, f"{event_name(kind)}: {strange}; a fact carries ids and primitives"

"""Facts that modules tell one another, in process.

A slice tells a fact with `emit`; it becomes true, and known to others, when the slice's transaction has committed.
A reaction is a coroutine function decorated with `on(EventType)`, in `<module>/reactions/on_<event>.py`.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

E = TypeVar("E")
Reaction = Callable[[E], Awaitable[None]]

_reactions: dict[type, list[Reaction[Any]]] = defaultdict(list)
collected: ContextVar[list[object] | None] = ContextVar("collected_events", default=None)


def on(event_type: type[E]) -> Callable[[Reaction[E]], Reaction[E]]:
    """Register the decorated coroutine function as a reaction to `event_type`."""

    def register(reaction: Reaction[E]) -> Reaction[E]:
        _reactions[event_type].append(reaction)
        return reaction

    return register


def reactions_to(event_type: type) -> list[Reaction[Any]]:
    """The reactions to exactly this type of event, in the order of their registration."""
    return _reactions.get(event_type, [])


def reacts(module: str) -> bool:
    """Whether the Python module of this name has registered a reaction."""
    return any(reaction.__module__ == module for reactions in _reactions.values() for reaction in reactions)


def emit(event: object) -> None:
    """Tell a fact. Raises LookupError outside of a transaction: a fact needs a commit to become true."""
    events = collected.get()
    if events is None:
        raise LookupError(
            f"{type(event).__name__} was emitted outside of a transaction; a read has none: say transaction=True, "
            "or open transaction(__name__)"
        )
    events.append(event)

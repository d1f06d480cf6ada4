"""Facts that modules tell one another.

A fact is a frozen dataclass of ids and primitives in its module's `events.py`; its first field is the id of its **subject**,
whom it is about. A slice tells it with `emit`; it becomes true, and is written down for whoever reacts to it, with the
slice's transaction. A reaction is a coroutine function decorated with `on(EventType)`, in a file of its own:
`<module>/reactions/on_<event>.py`.

Facts outlive the code that told them. One is read as its class is now: fields that the class does not know are ignored,
fields that it has got since take their defaults.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from kernel.errors.operator import DeclarationError

E = TypeVar("E")
Handler = Callable[[E], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reaction:
    """`name`: `notices.on_employee_onboarded`; `retold`: whether it is told what was before it, see `retelling`."""

    name: str
    handler: Handler[Any]
    retold: bool

    @property
    def listener(self) -> str:
        """The module that reacts."""
        return self.name.partition(".")[0]


_kinds: dict[str, type] = {}
_reactions: dict[str, dict[str, Reaction]] = defaultdict(dict)
collected: ContextVar[list[object] | None] = ContextVar("collected_events", default=None)
current_id: ContextVar[UUID | None] = ContextVar("event_id", default=None)


def on(*event_types: type[E], retold: bool = True) -> Callable[[Handler[E]], Handler[E]]:
    """React to facts of these types, by the decorated coroutine function.

    It runs after the commit, in a transaction of its own, and again until it has succeeded: it has to be safe to repeat.
    If it is new at a start, it is told what the module that tells would say of its present state, as if it happened now
    (`retold=False`: it is not; such as one that writes to people).
    """

    def register(handler: Handler[E]) -> Handler[E]:
        reaction = Reaction(_name_of(handler), handler, retold)
        for event_type in event_types:
            known = _reactions[_known(event_type)]
            twin = known.get(reaction.name)
            if twin and twin.handler.__qualname__ != handler.__qualname__:
                raise DeclarationError(
                    f"{twin.handler.__qualname__} reacts to {event_type.__name__} already; "
                    f"{handler.__qualname__} needs a file of its own"
                )
            known[reaction.name] = reaction
        return handler

    return register


def reactions() -> Iterator[tuple[str, Reaction]]:
    """Each reaction, with the name of an event that it reacts to."""
    return ((event, reaction) for event, known in _reactions.items() for reaction in known.values())


def reaction_to(event: str, name: str) -> Reaction | None:
    """The reaction of this name to events of this name, if this process knows it."""
    return _reactions.get(event, {}).get(name)


def reacts(module: str) -> bool:
    """Whether the Python module of this name has registered a reaction."""
    return any(reaction.handler.__module__ == module for _, reaction in reactions())


def emit(event: object) -> None:
    """Tell a fact. Raises LookupError outside of a transaction: a fact needs a commit to become true."""
    events = collected.get()
    if events is None:
        raise LookupError(
            f"{type(event).__name__} was emitted outside of a transaction; a read has none: say transaction=True, "
            "or open transaction(__name__)"
        )
    _known(type(event))
    events.append(event)


def event_id() -> UUID:
    """The id of the fact that is reacted to, the same at each repetition: a ready idempotency key for what is outside.

    Raises LookupError outside of a reaction.
    """
    current = current_id.get()
    if current is None:
        raise LookupError("there is no event here; event_id() is for reactions")
    return current


def event_name(event_type: type) -> str:
    """`hr.EmployeeOnboarded`."""
    return f"{owner(event_type.__module__)}.{event_type.__name__}"


def subject_of(event: Any) -> str:
    """Whom the fact is about: `hr.employee_id:12`."""
    first = fields(event)[0].name
    return f"{owner(type(event).__module__)}.{first}:{getattr(event, first)}"


def to_json(event: object) -> str:
    """The fact as it is written down."""
    return _adapter(type(event)).dump_json(event).decode()


def from_json(name: str, payload: str) -> Any:
    """The fact as its class is now. Raises pydantic.ValidationError if it lacks a field that has no default."""
    return _adapter(_kinds[name]).validate_json(payload)


def owner(module: str) -> str:
    """The feature that a Python module belongs to: `hr` of `features.hr.events`."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "features" else module.rpartition(".")[2]


def _name_of(handler: Handler[Any]) -> str:
    module = handler.__module__
    return f"{owner(module)}.{module.rpartition('.')[2] if module.startswith('features.') else handler.__qualname__}"


def _known(event_type: type) -> str:
    name = event_name(event_type)
    if _kinds.get(name) is not event_type:
        _check(event_type)
        _kinds[name] = event_type
    return name


def _check(event_type: type) -> None:
    frozen = is_dataclass(event_type) and event_type.__dataclass_params__.frozen  # pyright: ignore[reportAttributeAccessIssue]  every dataclass has them
    names: Sequence[str] = [each.name for each in fields(event_type)] if frozen else []  # pyright: ignore[reportArgumentType]  a dataclass
    if not names or not names[0].endswith("_id"):
        raise DeclarationError(
            f"{event_type.__name__} is no fact: write @dataclass(frozen=True, kw_only=True) above it, and as its first field "
            "the id of whom it is about, such as employee_id: int"
        )


@cache
def _adapter(event_type: type) -> TypeAdapter[Any]:
    return TypeAdapter(event_type)

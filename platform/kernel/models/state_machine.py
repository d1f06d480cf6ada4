"""The states that a row goes through. Which steps there are is declared once, beside the column:

    class Order(AuditedModel):
        state = fields.CharEnumField(OrderState, max_length=8, default=OrderState.OPEN)
        states = StateMachine(state, {OrderState.OPEN: {OrderState.PAID}, OrderState.PAID: set()})

    await Order.states.move(order, OrderState.PAID)

A step is a compare-and-set: the UPDATE asks for the state that the caller saw, so of two at once the database lets one.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from tortoise.fields import Field
from tortoise.fields.data import CharEnumFieldInstance

from kernel.errors.codes import Code, ResponseCode
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import Refusal
from kernel.models.base import Model

S = TypeVar("S", bound=StrEnum)
Audit = Callable[..., Awaitable[None]]  # of the row, the former state, the new one, and whatever else is told of a step


async def _unaudited(_row: Model, _former: StrEnum, _to: StrEnum) -> None:
    """Nobody keeps account, so there is nothing more to tell."""


class StateMachine(Generic[S]):
    """The steps between the states of a column. A state that nothing follows has an empty set.

    `code` is what a step that is not declared is refused with. `audit` is awaited after each step, in its transaction:
    `audit(row, former, to, **told)`. Raises DeclarationError for steps that are not all from and to states of the column.
    """

    def __init__(
        self,
        column: Field[S],
        steps: Mapping[S, Collection[S]],
        *,
        code: ResponseCode = Code.STATE_TRANSITION_INVALID,
        audit: Audit = _unaudited,
    ) -> None:
        if not isinstance(column, CharEnumFieldInstance) or not issubclass(column.enum_type, StrEnum):
            raise DeclarationError("a StateMachine needs the CharEnumField of a StrEnum, and stands below it")
        _check(column.enum_type, steps)
        self._column = column
        self._steps = {state: frozenset(targets) for state, targets in steps.items()}
        self._code = code
        self._audit = audit

    def targets(self, state: S) -> frozenset[S]:
        """The states that may follow this one."""
        return self._steps[state]

    async def move(self, row: Model, to: S, *, columns: Mapping[str, Any] | None = None, **told: object) -> None:
        """Within a transaction: take the row to another state, and set other columns in the same statement.

        Raises Refusal with the machine's code for a step that is not declared; 2306 if the row is not in the state any more
        that it was read in, or is deleted. `told` is for the audit.
        """
        name = self._column.model_field_name
        former: S = getattr(row, name)
        if to not in self.targets(former):
            possible = ", ".join(sorted(self.targets(former))) or "none"
            raise Refusal(self._code, f"There is no step from {former} to {to}; possible from there: {possible}.")
        changes = {**(columns or {}), name: to, **row.audit_values()}
        as_it_was_read = type(row).filter(**{"id": row.id, name: former})
        if not await as_it_was_read.update(**changes):
            raise Refusal(Code.CONFLICT)
        row.update_from_dict(changes)
        await self._audit(row, former, to, **told)


def _check(states: type[StrEnum], steps: Mapping[Any, Collection[Any]]) -> None:
    named = f"the StateMachine of {states.__name__}"
    if missing := [f"{state!s}" for state in states if state not in steps]:
        raise DeclarationError(f"{named} does not say what follows {', '.join(missing)}; write set() for nothing")
    for state, targets in steps.items():
        if unknown := [each for each in (state, *targets) if not isinstance(each, states)]:
            raise DeclarationError(f"{named} has the step {state!s}: {targets!r}, but no state {unknown[0]!r}")
        if state in targets:  # of two who took it at once, both would win
            raise DeclarationError(f"{named} has a step from {state!s} to itself, which is none")

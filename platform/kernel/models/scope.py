"""Which rows of a table the caller's data scope reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from tortoise.context import get_current_context
from tortoise.exceptions import DoesNotExist
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from kernel.context import Actor, DataScope, require_actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.models.base import Abstract, Model


class OutOfScope(Refusal):
    """The row exists, but the caller's data scope does not reach it (2208)."""

    def __init__(self, model: str, row_id: int) -> None:
        super().__init__(Code.OUT_OF_SCOPE)
        self.model = model
        self.row_id = row_id


class Scoped(Model):
    """A table whose rows are not for every signed-in user to see."""

    scope_subject: ClassVar[type[Model] | None] = None
    """The table whose rows a role with the data scope CUSTOM names, if it may name any: departments, for employees."""

    Meta: Any = Abstract

    @classmethod
    def scope_filter(cls, actor: Actor, scope: DataScope) -> Q | None:
        """What the rows have in common that `scope`, other than ALL, reaches for the actor; None if it reaches nothing.

        Each model defines it. `actor.scope_rows` has what CUSTOM names, by the `id_kind` of `scope_subject`. Ask for other tables by Subquery, not across joins:
        a join to many repeats rows.
        """
        raise NotImplementedError(f"{cls.__name__} is Scoped, so it has to define scope_filter")

    @classmethod
    def visible(cls) -> QuerySet[Self]:
        """The rows that the current actor's data scope reaches. Raises LookupError where nobody is signed in.

        With several roles these are the rows that one or the other reaches.
        """
        actor = require_actor()
        if actor.reaches_all:
            return cls.filter()
        # An empty Q filters nothing, which is the opposite of what it looks like here.
        reached = [each for scope in sorted(actor.scopes) if (each := cls.scope_filter(actor, scope))]
        return cls.filter(Q(*reached, join_type=Q.OR)) if reached else cls.filter(id__in=[])

    @classmethod
    def unscoped(cls) -> QuerySet[Self]:
        """All rows, whoever asks: for a number of them, or for a rule that must see every one.

        Not to show them, unless a rule of the module's own, in one place, says whose: colleagues, or those whom one manages.
        """
        return cls.filter()

    @classmethod
    async def all_for_update(cls, row_ids: Iterable[int]) -> Sequence[Self]:
        """The rows, locked to the end of the transaction.

        Raises DoesNotExist if one of them does not exist, OutOfScope if the caller's data scope does not reach one.
        """
        wanted = set(row_ids)
        rows = await cls.visible().filter(id__in=sorted(wanted)).order_by("id").select_for_update()
        for row_id in sorted(wanted - {row.id for row in rows}):
            if await cls.exists(id=row_id):
                raise OutOfScope(cls.__name__, row_id)
            raise DoesNotExist(cls)
        return rows


def scope_subjects() -> dict[str, type[Model]]:
    """The tables whose rows a role may name, by their `id_kind`."""
    context = get_current_context()
    models = context.apps.get_models_iterable() if context and context.apps else ()
    subjects = [model.scope_subject for model in models if issubclass(model, Scoped) and model.scope_subject]
    return {subject.id_kind: subject for subject in subjects}

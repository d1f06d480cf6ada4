"""The queries of every model: updates set the audit columns, a row lock locks no other table's rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, Self, TypeVar, cast

from tortoise import manager, queryset
from tortoise.exceptions import FieldError
from tortoise.expressions import Q
from tortoise.models import Model

from kernel.models.joins import DELETED_AT

MODEL = TypeVar("MODEL", bound=Model)


class _Audited(Protocol):
    def audit_values(self) -> dict[str, Any]: ...


class QuerySet(queryset.QuerySet[MODEL]):
    """Tortoise's query set."""

    def _filter_or_exclude(self, *args: Q, negate: bool, **kwargs: Any) -> Self:
        _refuse_marks_of_related_rows(*args, Q(**kwargs))
        return cast("Self", super()._filter_or_exclude(*args, negate=negate, **kwargs))

    def update(self, **kwargs: Any) -> queryset.UpdateQuery:
        return super().update(**self._audit_values() | kwargs)

    def bulk_update(
        self, objects: Iterable[MODEL], fields: Iterable[str], batch_size: int | None = None
    ) -> queryset.BulkUpdateQuery[MODEL]:
        objects, audit_values = list(objects), self._audit_values()
        for row in objects:
            row.update_from_dict(audit_values)
        return super().bulk_update(objects, list(dict.fromkeys([*fields, *audit_values])), batch_size)

    def bulk_create(
        self,
        objects: Iterable[MODEL],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_fields: Iterable[str] | None = None,
        on_conflict: Iterable[str] | None = None,
    ) -> queryset.BulkCreateQuery[MODEL]:
        if update_fields:
            update_fields = list(dict.fromkeys([*update_fields, *self._audit_values()]))
        return super().bulk_create(objects, batch_size, ignore_conflicts, update_fields, on_conflict)

    def select_for_update(
        self, nowait: bool = False, skip_locked: bool = False, of: tuple[str, ...] = (), no_key: bool = False
    ) -> Self:
        # PostgreSQL refuses to lock the nullable side of an outer join, and all joins of Tortoise's are outer ones.
        if not of and self.capabilities.dialect == "postgres":
            of = (self.model._meta.db_table,)
        return cast("Self", super().select_for_update(nowait, skip_locked, of, no_key))

    def _audit_values(self) -> dict[str, Any]:
        return cast("_Audited", self.model).audit_values()


def _refuse_marks_of_related_rows(*conditions: Q) -> None:
    for condition in conditions:
        _refuse_marks_of_related_rows(*condition.children)
        for key in condition.filters:
            relation, mark, _ = key.partition(f"__{DELETED_AT}")
            if mark:
                raise FieldError(
                    f"{key} asks for the mark of a related row, but joins pass over deleted rows, so it is always NULL; "
                    f"ask {relation}__id__isnull"
                )


class Manager(manager.Manager):
    """Where the queries of our models begin."""

    _model: type[Model]  # the metaclass binds it

    def get_queryset(self) -> QuerySet[Any]:
        return QuerySet(self._model)

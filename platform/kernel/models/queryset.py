"""The queries of every model: their joins pass over deleted rows, and their updates set the audit columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast

from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Term
from tortoise import manager, queryset

from kernel.models.joins import DeletedRowsLeak, hide_deleted

if TYPE_CHECKING:
    from kernel.models.base import Model

MODEL = TypeVar("MODEL", bound="Model")
QUERY = TypeVar("QUERY", bound=queryset.AwaitableQuery[Any])


class QuerySet(queryset.QuerySet[MODEL]):
    """Tortoise's query set, to which deleted rows of other tables are not there: see `kernel.models.joins`."""

    _including_deleted = False

    def including_deleted(self) -> Self:
        """The door: joins of this query see deleted rows, and `raw` is allowed. Whoever opens it guards what is read."""
        clone = self._clone()
        clone._including_deleted = True
        return clone

    def values(self, *args: str, **kwargs: str) -> queryset.ValuesQuery[Literal[False]]:
        return self._blinded(super().values(*args, **kwargs))

    def values_list(self, *fields_: str, flat: bool = False) -> queryset.ValuesListQuery[Literal[False]]:
        return self._blinded(super().values_list(*fields_, flat=flat))

    def count(self) -> queryset.CountQuery:
        return self._blinded(super().count())

    def exists(self) -> queryset.ExistsQuery:
        return self._blinded(super().exists())

    def contains(self, obj: MODEL) -> queryset.ContainsQuery:
        return self._blinded(super().contains(obj))

    def delete(self) -> queryset.DeleteQuery:
        return self._blinded(super().delete())

    def update(self, **kwargs: Any) -> queryset.UpdateQuery:
        return self._blinded(super().update(**self.model.audit_values() | kwargs))

    def bulk_update(
        self, objects: Iterable[MODEL], fields: Iterable[str], batch_size: int | None = None
    ) -> queryset.BulkUpdateQuery[MODEL]:
        objects, audit_values = list(objects), self.model.audit_values()
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
            update_fields = list(dict.fromkeys([*update_fields, *self.model.audit_values()]))
        return super().bulk_create(objects, batch_size, ignore_conflicts, update_fields, on_conflict)

    def raw(self, sql: str) -> queryset.RawSQLQuery:
        if not self._including_deleted:
            raise DeletedRowsLeak(
                f"{self.model.__name__}.raw(...) shows deleted rows unless the SQL itself excludes them; "
                f"write {self.model.__name__}.across_deleted().raw(...) if it does"
            )
        return super().raw(sql)

    def select_for_update(
        self, nowait: bool = False, skip_locked: bool = False, of: tuple[str, ...] = (), no_key: bool = False
    ) -> Self:
        # PostgreSQL refuses to lock the nullable side of an outer join, and all joins of Tortoise's are outer ones.
        if not of and self.capabilities.dialect == "postgres":
            of = (self.model._meta.db_table,)
        return cast("Self", super().select_for_update(nowait, skip_locked, of, no_key))

    def _clone(self) -> Self:
        clone = cast("Self", super()._clone())
        clone._including_deleted = self._including_deleted
        return clone

    def _make_query(self) -> None:
        super()._make_query()
        if not self._including_deleted:
            hide_deleted(self.query, self.model)

    def _blinded(self, query: QUERY) -> QUERY:
        # Tortoise names the classes of its derived queries in its code. Ours add behaviour and no state, so changing
        # the class of the fresh query spares a copy of each of those constructor calls.
        if not self._including_deleted:
            query.__class__ = _BLIND[type(query)]
        return query


class Manager(manager.Manager):
    """Where a house model's queries begin."""

    _model: type[Model]  # the metaclass binds it

    def get_queryset(self) -> QuerySet[Any]:
        return QuerySet(self._model)


class _Blind(queryset.AwaitableQuery[Any]):
    __slots__ = ()

    def _make_query(self) -> None:
        super()._make_query()
        hide_deleted(self.query, self.model)

    # UPDATE and DELETE put their joins into a subquery while they are made.
    def _pk_in_subquery(self, table: Table) -> Term:
        hide_deleted(self.query, self.model)
        return super()._pk_in_subquery(table)


_BLIND: dict[type, type[Any]] = {
    kind: type(f"Blind{kind.__name__}", (_Blind, kind), {"__slots__": ()})
    for kind in (
        queryset.ValuesQuery,
        queryset.ValuesListQuery,
        queryset.CountQuery,
        queryset.ExistsQuery,
        queryset.ContainsQuery,
        queryset.UpdateQuery,
        queryset.DeleteQuery,
    )
}

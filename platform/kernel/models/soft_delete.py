"""Rows that are deleted by a mark, and stay for whoever has to look back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self, cast

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import DoesNotExist, OperationalError
from tortoise.expressions import Q
from tortoise.queryset import DeleteQuery

from kernel.clock import now
from kernel.models.base import Abstract, Model
from kernel.models.joins import DELETED_AT
from kernel.models.queryset import MODEL, Manager, QuerySet

_LIVING = Q(deleted_at__isnull=True)


class DeletedRowError(TypeError):
    """A save that would change a deleted row. The message says what to write instead."""


class SoftDeleteQuerySet(QuerySet[MODEL]):
    """A query set that deletes by marking."""

    def delete(self) -> DeleteQuery:
        """Mark the rows as deleted; awaits to the number of those that were not deleted before."""
        marking = self.filter(_LIVING).update(deleted_at=now())
        return cast("DeleteQuery", marking)  # to whoever awaits it the same: a number of rows


class LivingManager(Manager):
    """Begins every query with the rows that are not deleted."""

    def get_queryset(self) -> SoftDeleteQuerySet[Any]:
        queryset = SoftDeleteQuerySet(self._model)
        queryset._q_objects.append(_LIVING)
        return queryset


class SoftDelete(Model):
    """A table whose rows are deleted by a mark, `deleted_at` (UTC). To queries they are gone, those with joins included.

    What is unique among the living is a `UniqueConstraint(..., condition="deleted_at IS NULL")` in the model's Meta:
    `unique=True` would keep the code of a deleted row taken.
    """

    # No index: nearly all rows are NULL here, and what looks for the living looks for something else besides.
    deleted_at = fields.DatetimeField(null=True)

    soft_deletable: ClassVar[bool] = True

    Meta: Any = Abstract

    @classmethod
    def default_manager(cls) -> Manager:
        return LivingManager()

    @classmethod
    def with_deleted(cls) -> QuerySet[Self]:
        """All rows of this table, deleted ones too. Its joins still pass over deleted rows."""
        return SoftDeleteQuerySet(cls)

    async def delete(self, using_db: BaseDBAsyncClient | None = None) -> None:
        """Mark the row as deleted. Raises DoesNotExist if it is deleted already: of two who try, one succeeds."""
        if not self._saved_in_db:
            raise OperationalError(f"this {type(self).__name__} was never saved, so it cannot be deleted")
        db = using_db or self._choose_db(True)
        await self._pre_delete(db)
        marks = {DELETED_AT: now(), **self.audit_values()}
        if not await type(self).filter(id=self.id).using_db(db).update(**marks):
            raise DoesNotExist(type(self))
        self.update_from_dict(marks)
        await self._post_delete(db)

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """As Tortoise's, but an update never writes `deleted_at`, so that a stale copy revives no row.

        Raises DeletedRowError if the instance knows that it is deleted.
        """
        update_fields = None if update_fields is None else list(update_fields)
        if not force_create and (self._saved_in_db or force_update or update_fields):
            if getattr(self, DELETED_AT, None) is not None or DELETED_AT in (update_fields or ()):
                name = type(self).__name__
                raise DeletedRowError(
                    f"saving {name} {self.pk} would change a deleted row or whether it is deleted; "
                    f"write delete(), or {name}.with_deleted().filter(id=...).update(...)"
                )
            if update_fields is None:
                update_fields = self._columns_to_save()
        await super().save(using_db, update_fields, force_create, force_update)

    async def refresh_from_db(
        self, fields: Iterable[str] | None = None, using_db: BaseDBAsyncClient | None = None
    ) -> None:
        """As Tortoise's. Raises DoesNotExist if the row is deleted, and the instance then knows that it is."""
        await super().refresh_from_db(None if fields is None else {*fields, DELETED_AT}, using_db)
        if self.deleted_at is not None:
            raise DoesNotExist(type(self))

    def _columns_to_save(self) -> list[str]:
        columns = self._meta.fields_map
        return [
            name
            for name in self._meta.fields_db_projection
            if name != DELETED_AT and not columns[name].pk and not columns[name].generated
        ]

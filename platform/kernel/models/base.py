"""What every table has: a key, and for most of them who wrote a row and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from tortoise import fields, models
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import DoesNotExist

from kernel.clock import now
from kernel.context import current_actor
from kernel.errors.codes import ResponseCode
from kernel.models.queryset import Manager


class Abstract:
    """The `Meta` of a base that is no table itself. Typed as Any there, for a table's own Meta inherits none of it."""

    abstract = True


class Model(models.Model):
    """The base of every table."""

    id = fields.BigIntField(primary_key=True)

    id_kind: ClassVar[str]
    """What the public ids of its rows name, as `kernel.ids` says; a table whose rows no client names has none."""

    soft_deletable: ClassVar[bool] = False

    duplicates: ClassVar[Mapping[str, ResponseCode]] = {}
    """By column, the code that a violation of its unique index is answered with; see `kernel.models.unique`."""

    Meta: Any = Abstract

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Tortoise does not hand down `Meta.manager`. Its metaclass has put `_meta` in place by now, and binds the
        # manager to the class after this.
        if not isinstance(cls._meta.manager, Manager):
            cls._meta.manager = cls.default_manager()

    @classmethod
    def default_manager(cls) -> Manager:
        """Where queries of this model begin."""
        return Manager()

    @classmethod
    def audit_values(cls) -> dict[str, Any]:
        """The columns that every update of a row sets by itself, with their values now."""
        return {}

    @classmethod
    async def for_update(cls, row_id: int) -> Self:
        """The row, locked to the end of the transaction. Raises what `all_for_update` does."""
        (row,) = await cls.all_for_update([row_id])
        return row

    @classmethod
    async def all_for_update(cls, row_ids: Iterable[int]) -> Sequence[Self]:
        """The rows, locked to the end of the transaction. Raises DoesNotExist if one of them does not exist."""
        wanted = set(row_ids)
        # Always in one order, or two transactions that lock the same rows could wait for one another.
        rows = await cls.filter(id__in=sorted(wanted)).order_by("id").select_for_update()
        if len(rows) != len(wanted):
            raise DoesNotExist(cls)
        return rows


def audit_name() -> str | None:
    """What audit columns record of the actor at hand; None where nobody is signed in."""
    actor = current_actor()
    return actor.audit_name if actor else None


class AuditedModel(Model):
    """A table whose rows know who made them and who changed them last, and when (UTC)."""

    created_at = fields.DatetimeField(default=now)
    created_by = fields.CharField(160, null=True, default=audit_name)
    updated_at = fields.DatetimeField(default=now)
    updated_by = fields.CharField(160, null=True, default=audit_name)

    Meta: Any = Abstract

    @classmethod
    def audit_values(cls) -> dict[str, Any]:
        return {"updated_at": now(), "updated_by": audit_name()}

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """As Tortoise's. An update sets `updated_at` and `updated_by` too, unless `update_fields` is empty."""
        update_fields = None if update_fields is None else list(update_fields)
        is_update = not force_create and (self._saved_in_db or force_update or update_fields)
        if is_update and update_fields != []:
            audit_values = self.audit_values()
            self.update_from_dict(audit_values)
            if update_fields:
                update_fields = list(dict.fromkeys([*update_fields, *audit_values]))
        await super().save(using_db, update_fields, force_create, force_update)

"""The rows that a role with the data scope CUSTOM reaches, by the kind of their ids. Which kinds there are, tables say: see `Scoped`."""

from collections.abc import Collection

from kernel.errors.refusals import NotFound
from kernel.identity.models import RoleScope
from kernel.models.scope import scope_subjects


async def scope_row_ids(role_id: int, subject: str) -> list[int]:
    """The rows of this kind that the role names, those that were deleted meanwhile aside."""
    named = await RoleScope.filter(role_id=role_id, subject=subject).values_list("row_id", flat=True)
    return await _existing(subject, [int(str(row_id)) for row_id in named])


async def replace_scope_rows(role_id: int, subject: str, row_ids: Collection[int]) -> None:
    """Within `changing_grants`: let the role name these rows of this kind, and no others.

    Raises NotFound (1101) for one that is not there, as all are of a kind that no table is scoped by.
    """
    wanted = set(row_ids)
    if wanted - set(await _existing(subject, wanted)):
        raise NotFound(subject)
    named = RoleScope.filter(role_id=role_id, subject=subject)
    await named.exclude(row_id__in=wanted).delete()
    kept = {int(str(row_id)) for row_id in await named.values_list("row_id", flat=True)}
    await RoleScope.bulk_create(
        [RoleScope(role_id=role_id, subject=subject, row_id=row_id) for row_id in sorted(wanted - kept)]
    )


async def _existing(subject: str, row_ids: Collection[int]) -> list[int]:
    model = scope_subjects().get(subject)
    if model is None or not row_ids:
        return []
    return [
        int(str(row_id)) for row_id in await model.filter(id__in=row_ids).order_by("id").values_list("id", flat=True)
    ]

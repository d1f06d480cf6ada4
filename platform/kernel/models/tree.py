"""Rows that hang below one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pypika_tortoise.terms import Term
from tortoise.expressions import RawSQL

from kernel.errors.refusals import InvalidInput, noun_of
from kernel.models.base import Abstract, Model

ROW = TypeVar("ROW")


MAX_DEPTH = 32  # deeper than anybody arranges by hand, and far from where nested answers cannot be written any more


class CycleError(InvalidInput):
    """A row was to be moved below itself (1200 for `parentId`)."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__("parentId", f"a {noun_of(model)} cannot stand below itself")


class DepthError(InvalidInput):
    """A row was to hang deeper than MAX_DEPTH (1200 for `parentId`)."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__("parentId", f"a {noun_of(model)} cannot stand more than {MAX_DEPTH} levels deep")


class Tree(Model):
    """A table with a foreign key `parent` to itself, null at a root, and an integer `order` among siblings.

    The model declares both columns, as only it knows its app. Meant for what people arrange by hand (departments,
    menus): the methods read the `id` and `parent_id` of every row, in one statement.
    """

    parent_id: int | None
    order: int

    Meta: Any = Abstract

    @classmethod
    async def descendant_ids(cls, root_id: int) -> set[int]:
        """The ids of all rows below `root_id`, without itself."""
        return _below(root_id, dict(await cls.filter().values_list("id", "parent_id")))

    @classmethod
    def ids_within(cls, root_ids: Iterable[int]) -> Term:
        """For a filter, `department_id__in=Department.ids_within(ids)`: the ids of these rows and of all below them."""
        table, roots = cls._meta.db_table, ", ".join(str(int(root_id)) for root_id in root_ids) or "NULL"
        return RawSQL(
            f'(WITH RECURSIVE within(id) AS (SELECT id FROM "{table}" WHERE id IN ({roots}) '  # noqa: S608  integers
            f'UNION SELECT child.id FROM "{table}" child JOIN within ON child.parent_id = within.id) SELECT id FROM within)'
        )

    @classmethod
    async def ensure_may_stand_below(cls, parent_id: int | None, row_id: int | None = None) -> None:
        """Refuse a parent below which a new row, or `row_id` with all that hangs below it, must not stand.

        Raises CycleError, DepthError, and what `for_update` does of the parent, which stays locked to the end of the
        transaction. Call it before the row is locked: of an existing row it locks the whole tree (others still may
        refer to its rows), as two moves at once, each harmless, can close a cycle together.
        """
        if parent_id is None:
            return
        if row_id is not None:
            await cls.filter().order_by("id").select_for_update(no_key=True).only("id")
        parents = dict(await cls.filter().values_list("id", "parent_id"))
        if row_id is not None and (parent_id == row_id or parent_id in _below(row_id, parents)):
            raise CycleError(cls)
        await cls.for_update(parent_id)
        if _depth(parent_id, parents) + _height(row_id, parents) > MAX_DEPTH:
            raise DepthError(cls)


Parents = Mapping[int, int | None]
"""The id of every row to that of its parent."""


def _depth(row_id: int, parents: Parents, below: int | None = None) -> int:
    """The level of a row: 1 for a root, or for a child of `below`. No higher than one beyond MAX_DEPTH."""
    level, step = 0, row_id
    while step is not None and step != below and level <= MAX_DEPTH:
        level, step = level + 1, parents.get(step)
    return level


def _height(row_id: int | None, parents: Parents) -> int:
    """How many levels a row takes with all below it; a new row takes one."""
    below = _below(row_id, parents) if row_id is not None else set()
    return 1 + max((_depth(each, parents, below=row_id) for each in below), default=0)


def _below(root_id: int, parents: Parents) -> set[int]:
    """The ids of all rows below a row."""
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    for row_id, parent_id in parents.items():
        children[parent_id].append(row_id)
    seen, waiting = {root_id}, [root_id]
    while waiting:
        fresh = [child for child in children[waiting.pop()] if child not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return seen - {root_id}


def build_tree(
    rows: Iterable[ROW], *, key: str = "id", parent: str = "parent_id", order: str = "order", children: str = "children"
) -> list[ROW]:
    """Nest flat rows, objects or dictionaries, and return the roots; each row gets a list `children`, of its own kind.

    The other arguments name what the rows call their own id, their parent's, and their place among siblings (ties go by
    id). Every row comes up exactly once: one whose parent is not among `rows` is a root, and so is the first of a cycle.
    """
    flat = sorted(rows, key=lambda row: (_get(row, order), _get(row, key)))
    known = {_get(row, key) for row in flat}
    by_parent: defaultdict[Any, list[ROW]] = defaultdict(list)
    for row in flat:
        by_parent[_get(row, parent)].append(row)
    orphans = [row for row in flat if _get(row, parent) not in known]
    roots, seen = [], set()
    for root in [*orphans, *flat]:  # after the orphans and all below them, only cycles are left
        if _get(root, key) in seen:
            continue
        roots.append(root)
        seen.add(_get(root, key))
        waiting = [root]
        while waiting:
            row = waiting.pop()
            below = [child for child in by_parent[_get(row, key)] if _get(child, key) not in seen]
            seen.update(_get(child, key) for child in below)
            _set(row, children, below)
            waiting.extend(below)
    return roots


# A row may be of any shape, so what its names hold is known to the caller only.
def _get(row: object, name: str) -> Any:
    return row[name] if isinstance(row, Mapping) else getattr(row, name)


def _set(row: object, name: str, value: object) -> None:
    if isinstance(row, dict):
        row[name] = value
    else:
        setattr(row, name, value)

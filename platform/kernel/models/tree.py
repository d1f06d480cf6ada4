"""Rows that hang below one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from kernel.models.base import Abstract, Model

ROW = TypeVar("ROW")


MAX_DEPTH = 32  # deeper than anybody arranges by hand, and far from where nested answers cannot be written any more


class CycleError(ValueError):
    """A row was to be moved below itself."""


class DepthError(ValueError):
    """A row was to hang deeper than MAX_DEPTH."""


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
        return _below(root_id, await cls.filter().values_list("id", "parent_id"))

    @classmethod
    async def ensure_depth(cls, new_parent_id: int, row_id: int | None = None) -> None:
        """Raise DepthError if a new row, or `row_id` with all below it, would hang too deep below `new_parent_id`."""
        pairs = await cls.filter().values_list("id", "parent_id")
        parents = dict(pairs)

        def depth(step: int | None, stop: int | None = None) -> int:
            levels = 0
            while step is not None and step != stop and levels <= MAX_DEPTH:
                levels, step = levels + 1, parents.get(step)
            return levels

        below = _below(row_id, pairs) if row_id is not None else set()
        height = 1 + max((depth(each, stop=row_id) for each in below), default=0)
        if depth(new_parent_id) + height > MAX_DEPTH:
            raise DepthError(f"{cls.__name__} would hang more than {MAX_DEPTH} levels deep below {new_parent_id}")

    @classmethod
    async def ensure_no_cycle(cls, row_id: int, new_parent_id: int | None) -> None:
        """Raise CycleError if `new_parent_id` is `row_id` or hangs below it.

        Locks the tree to the end of the transaction (others still may refer to its rows), as two moves at once, each
        harmless, can close a cycle together.
        """
        if new_parent_id is None:
            return
        rows = await cls.filter().order_by("id").select_for_update(no_key=True).only("id", "parent_id")
        if new_parent_id == row_id or new_parent_id in _below(row_id, [(row.id, row.parent_id) for row in rows]):
            raise CycleError(
                f"{cls.__name__} {row_id} cannot be moved below {new_parent_id}, which is itself or below it"
            )


def _below(root_id: int, pairs: Iterable[tuple[int, int | None]]) -> set[int]:
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    for row_id, parent_id in pairs:
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

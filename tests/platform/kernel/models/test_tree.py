"""Trees of rows, sound ones and broken ones."""

from dataclasses import dataclass, field

import pytest
from tortoise.context import TortoiseContext
from tortoise.exceptions import DoesNotExist
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from kernel.models.tree import MAX_DEPTH, CycleError, DepthError, build_tree
from tests.platform.kernel.models.office import Department


@dataclass
class Node:
    id: int
    parent_id: int | None = None
    order: int = 0
    children: list["Node"] = field(default_factory=list)


Shape = dict[int, "Shape"]


def shape(nodes: list[Node]) -> Shape:
    return {node.id: shape(node.children) for node in nodes}


def test_nests_in_order() -> None:
    nodes = [Node(4, 2), Node(3, 1, 1), Node(2, 1, 2), Node(6, 0, 0), Node(1, None, 5), Node(5, 1, 1)]
    tree = build_tree(nodes)
    assert shape(tree) == {6: {}, 1: {3: {}, 5: {}, 2: {4: {}}}}
    assert [list(level) for level in (shape(tree), shape(tree)[1])] == [[6, 1], [3, 5, 2]]


def test_dictionaries_and_names_of_their_own() -> None:
    rows = [{"no": 2, "above": 1, "rank": 0}, {"no": 1, "above": None, "rank": 0}]
    tree = build_tree(rows, key="no", parent="above", order="rank", children="below")
    leaf = {"no": 2, "above": 1, "rank": 0, "below": []}
    assert tree == [{"no": 1, "above": None, "rank": 0, "below": [leaf]}]


def test_orphans_are_roots() -> None:
    assert shape(build_tree([Node(2, 99), Node(3, 2), Node(1)])) == {1: {}, 2: {3: {}}}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([Node(1, 1)], {1: {}}),
        ([Node(1, 2), Node(2, 1)], {1: {2: {}}}),
        ([Node(1), Node(2, 3), Node(3, 4), Node(4, 2), Node(5, 3)], {1: {}, 2: {4: {3: {5: {}}}}}),
    ],
)
def test_cycles_are_opened(nodes: list[Node], expected: Shape) -> None:
    assert shape(build_tree(nodes)) == expected


def test_every_row_comes_up_once_whatever_the_parents() -> None:
    for seed in range(200):
        nodes = [Node(i, (i * 7 + seed) % 13 if (i + seed) % 5 else None) for i in range(1, 12)]
        waiting, seen = build_tree(nodes), []
        while waiting:
            node = waiting.pop()
            seen.append(node.id)
            waiting.extend(node.children)
        assert sorted(seen) == list(range(1, 12))


def test_deep_trees_need_no_stack() -> None:
    (root,) = build_tree([Node(i, i - 1 or None) for i in range(1, 50_001)])
    depth = 1
    while root.children:
        (root,) = root.children
        depth += 1
    assert depth == 50_000


@pytest.fixture
async def tree(office: TortoiseContext) -> dict[str, int]:
    """a above b above c, a above d, which is deleted and above e; x stands alone."""
    ids: dict[str, int] = {}
    for name, parent in {"a": None, "b": "a", "c": "b", "d": "a", "e": "d", "x": None}.items():
        row = await Department.create(name=name, code=name, parent_id=ids[parent] if parent else None)
        ids[name] = row.id
    await Department.filter(name="d").delete()
    return ids


async def test_descendants(tree: dict[str, int]) -> None:
    assert await Department.descendant_ids(tree["a"]) == {tree["b"], tree["c"]}
    assert await Department.descendant_ids(tree["x"]) == set()
    assert await Department.descendant_ids(987654) == set()


async def test_descendants_in_a_cycle(tree: dict[str, int]) -> None:
    await Department.filter(name="a").update(parent_id=tree["c"])
    assert await Department.descendant_ids(tree["a"]) == {tree["b"], tree["c"]}


async def test_children_are_counted_without_deleted_ones(tree: dict[str, int]) -> None:
    counted = Department.annotate(n=Count("children")).order_by("name").values_list("name", "n")
    assert await counted == [("a", 1), ("b", 1), ("c", 0), ("e", 0), ("x", 0)]
    assert await Department.filter(children__name="d") == []
    assert await Department.filter(parent__name="d") == []
    assert await Department.filter(parent__parent__name="a").values_list("name", flat=True) == ["c"]


async def test_moves(tree: dict[str, int]) -> None:
    async with in_transaction("default"):
        await Department.ensure_may_stand_below(None, tree["b"])
        await Department.ensure_may_stand_below(tree["x"], tree["b"])
        await Department.ensure_may_stand_below(tree["a"], tree["c"])
        await Department.ensure_may_stand_below(tree["a"])
        for target in "abc":
            with pytest.raises(CycleError) as refused:
                await Department.ensure_may_stand_below(tree[target], tree["a"])
            assert refused.value.data == {
                "errors": [
                    {"field": "parentId", "message": "a department cannot stand below itself", "type": "value_error"}
                ]
            }
        for gone in (tree["d"], 987654):
            with pytest.raises(DoesNotExist):
                await Department.ensure_may_stand_below(gone, tree["c"])


async def test_depth(tree: dict[str, int]) -> None:
    above = tree["x"]
    for level in range(2, MAX_DEPTH + 1):
        above = (await Department.create(name=f"x{level}", code=f"x{level}", parent_id=above)).id
    second_last = (await Department.get(name=f"x{MAX_DEPTH - 1}")).id
    async with in_transaction("default"):
        await Department.ensure_may_stand_below(second_last)
        await Department.ensure_may_stand_below(second_last, tree["c"])
        for parent, row in ((above, None), (above, tree["c"]), (second_last, tree["b"])):
            with pytest.raises(DepthError, match="1200"):
                await Department.ensure_may_stand_below(parent, row)

"""What a query sees of other tables: a row that was soft-deleted is to it as though it were not there.

A model's manager hides the deleted rows of its own table. Those that a query of any model would reach over a join are
hidden here, by `deleted_at IS NULL` in the join's own ON: whatever reads a joined column (filter, exclude, order_by,
values, group_by, only, select_related, F, functions, aggregates, over any number of hops) then finds NULL, just as it
does where a foreign key is null. Only SQL by hand, `raw`, sees what it says.

Tortoise 1.1.9 makes joins in two functions and offers no hook for them, so both are replaced where Tortoise calls them;
see `platform/decisions/0004-deleted-rows-in-joins.md`.
"""

from typing import Any, cast

from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Criterion
from tortoise import expressions, query_utils, queryset
from tortoise.expressions import Q, RawSQL
from tortoise.fields.relational import ManyToManyFieldInstance, RelationalField
from tortoise.models import Model

DELETED_AT = "deleted_at"

Join = tuple[Table, Criterion]
"""A table and what its ON says."""

_stock_joins = query_utils.get_joins_for_related_field
_stock_filter = Q._process_filter_kwarg


def _joins_of_living(table: Table, relation: RelationalField[Any], name: str) -> list[Join]:
    """The joins from `table` over a relation: to the other table, or to the table of links and from there to the other."""
    joins = _stock_joins(table, relation, name)
    if _is_soft_deletable(relation):
        joins[-1] = _to_living(joins[-1])
        if isinstance(relation, ManyToManyFieldInstance):
            joins[0] = _to_links_of_living(joins[0], relation)
    return joins


def _filter_of_living(self: Q, model: type[Model], key: str, value: Any, table: Table) -> tuple[Criterion, Join | None]:
    """The condition and the join of a filter by a relation itself: `tags=5`, `employees__in=[...]`."""
    condition, join = _stock_filter(self, model, key, value, table)
    relation = model._meta.fields_map.get(key.partition("__")[0])
    if join is None or not isinstance(relation, RelationalField) or not _is_soft_deletable(relation):
        return condition, join
    if isinstance(relation, ManyToManyFieldInstance):
        return condition, _to_links_of_living(join, relation)
    return condition, _to_living(join)


def _to_living(join: Join) -> Join:
    far, criterion = join
    return far, criterion & far[DELETED_AT].isnull()


def _to_links_of_living(join: Join, relation: ManyToManyFieldInstance[Any]) -> Join:
    """The join to a table of links, without those that lead to a deleted row: each would count as a link to nothing."""
    links, criterion = join
    meta = relation.related_model._meta
    living = meta.basetable.as_("living")
    key = living[meta.db_pk_column]
    rows = meta.db.query_class.from_(living).select(key)
    rows = rows.where(key == links[relation.forward_key]).where(living[DELETED_AT].isnull())
    # Correlated, as SQLite would make a list of all living rows of `... IN (SELECT ...)` for every query.
    return links, criterion & cast("Criterion", RawSQL(f"EXISTS ({rows.get_sql()})"))


def _is_soft_deletable(relation: RelationalField[Any]) -> bool:
    return getattr(relation.related_model, "soft_deletable", False)  # it may be a model that is none of ours


for _module in (query_utils, queryset, expressions):
    if vars(_module).get(_stock_joins.__name__) is not _stock_joins:
        raise ImportError(f"{_module.__name__} makes its joins in another way: deleted rows would be seen over them")
    setattr(_module, _stock_joins.__name__, _joins_of_living)
Q._process_filter_kwarg = _filter_of_living

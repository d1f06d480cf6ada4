"""What a query sees of other tables: a row that was soft-deleted is to it as though it were not there.

A model's manager hides the deleted rows of its own table. Those that a query of any model would reach over a join are
hidden here, by `deleted_at IS NULL` in the join's own ON: whatever reads a joined column (filter, exclude, order_by,
values, group_by, only, select_related, F, functions, aggregates, over any number of hops) then finds NULL, just as it
does where a foreign key is null. What cannot be closed so is refused with `DeletedRowsLeak`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from pypika_tortoise.queries import JoinOn, QueryBuilder, Table
from pypika_tortoise.terms import Criterion, Field
from tortoise.expressions import RawSQL
from tortoise.fields.relational import ManyToManyFieldInstance, RelationalField
from tortoise.models import Model

DELETED_AT = "deleted_at"


class DeletedRowsLeak(TypeError):
    """A query that would show deleted rows, or a save that would change one. The message says what to write instead."""


def hide_deleted(query: QueryBuilder, model: type[Model]) -> None:
    """Make every join of `query`, which was built for `model`, pass over deleted rows. To be called once a query."""
    if not query._joins:
        return
    reach, guarded = _reach(model), []
    for join in query._joins:
        if not isinstance(join, JoinOn) or not isinstance(table := join.item, Table):
            continue
        criterion = cast("Criterion", join.criterion)
        if table._table_name in reach.tables:
            join.criterion = criterion & table[DELETED_AT].isnull()
            guarded.append(table)
        elif ways := reach.links.get(table._table_name):
            # A row that links to a deleted one must go too, or else it would count as a link to nothing.
            near = next(field.name for field in criterion.find_(Field) if field.table == table)
            join.criterion = criterion & ways[near] if near in ways else criterion
    if not guarded:
        return
    for field in query._wheres.find_(Field) if query._wheres else ():
        if field.name == DELETED_AT and field.table in guarded:
            raise DeletedRowsLeak(
                f"a filter of {model.__name__} asks for {DELETED_AT} of a related row, but joins pass over deleted rows, "
                "so it is always NULL; ask <relation>__id__isnull, or begin with across_deleted() and guard every use"
            )


class _Reach(NamedTuple):
    """The soft-deletable tables that joins can come to, and what must hold in the link tables that lead there: by the
    link table's name, and its column on the near side."""

    tables: frozenset[str]
    links: dict[str, dict[str, Criterion]]


_reaches: dict[type[Model], tuple[Table, _Reach]] = {}


def _reach(model: type[Model]) -> _Reach:
    # Each Tortoise.init() makes new tables, and may have added relations.
    known = _reaches.get(model)
    if known and known[0] is model._meta.basetable:
        return known[1]
    found: list[type[Model]] = [model]
    links: dict[str, dict[str, Criterion]] = {}
    for near in found:
        for name in near._meta.fetch_fields:
            relation = cast("RelationalField[Any]", near._meta.fields_map[name])
            far = relation.related_model
            if far not in found:
                found.append(far)
            if isinstance(relation, ManyToManyFieldInstance) and _is_soft_deletable(far):
                links.setdefault(relation.through, {})[relation.backward_key] = _leads_to_living(relation)
    reach = _Reach(frozenset(each._meta.db_table for each in found if _is_soft_deletable(each)), links)
    _reaches[model] = model._meta.basetable, reach
    return reach


def _leads_to_living(relation: ManyToManyFieldInstance[Any]) -> Criterion:
    meta = relation.related_model._meta
    link, living = Table(relation.through, schema=relation.through_schema), meta.basetable.as_("living")
    key = living[meta.db_pk_column]
    rows = meta.db.query_class.from_(living).select(key)
    rows = rows.where(key == link[relation.forward_key]).where(living[DELETED_AT].isnull())
    # Correlated, as SQLite would make a list of all living rows of `... IN (SELECT ...)` for every query.
    return cast("Criterion", RawSQL(f"EXISTS ({rows.get_sql()})"))


def _is_soft_deletable(model: type[Model]) -> bool:
    # A relation may come from, or lead to, a model that is none of ours.
    return getattr(model, "soft_deletable", False)

"""From the violation of a unique index to the refusal that says which of a model's columns was taken already.

The index decides, not a look beforehand: between a look and the insert someone else may come. A model says which
code belongs to which column; a violation that reaches the route is answered with it, and a slice writes nothing:

    class User(AuditedModel):
        duplicates = {"user_name": Code.DUPLICATE_USER_NAME}
"""

from collections.abc import Mapping

from tortoise.context import get_current_context
from tortoise.exceptions import IntegrityError

from kernel.database.driver_errors import violated_unique
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.refusals import Refusal


def duplicate_refusal(error: IntegrityError) -> Refusal | None:
    """The refusal for a violated unique index: the column's code, else 2300; None for another kind of violation."""
    violation = violated_unique(error)
    if violation is None:
        return None
    table, columns = violation
    codes = _codes_of(table)
    return Refusal(next((codes[column] for column in columns if column in codes), Code.DUPLICATE_RESOURCE))


def _codes_of(table: str) -> Mapping[str, ResponseCode]:
    context = get_current_context()
    for model in context.apps.get_models_iterable() if context and context.apps else ():
        if model._meta.db_table == table:
            return getattr(model, "duplicates", {})  # a table between two models is no model of ours
    return {}

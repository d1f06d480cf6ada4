"""A unique index speaks: which of a model's columns was taken already, and the code that says so.

The index decides, not a look beforehand: between a look and the insert someone else may come. A model says which
code belongs to which column:

    class User(AuditedModel):
        duplicates = {"user_name": Code.DUPLICATE_USER_NAME}
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.exceptions import IntegrityError

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.models.base import Model

_SQLITE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_POSTGRES = re.compile(r"Key \((?P<columns>[^)]+)\)=.* already exists")


@asynccontextmanager
async def refuse_duplicates(model: type[Model]) -> AsyncIterator[None]:
    """Turn the violation of a unique index within into a refusal: the column's code, else 2300."""
    try:
        yield
    except IntegrityError as error:
        columns = _taken(error)
        if not columns:
            raise
        codes = model.duplicates
        code = next((codes[column] for column in columns if column in codes), Code.DUPLICATE_RESOURCE)
        raise Refusal(code) from None


def _taken(error: IntegrityError) -> list[str]:
    """The columns of the unique index that was violated; none for another kind of violation."""
    cause = error.args[0] if error.args else error
    text = f"{cause} {getattr(cause, 'detail', '') or ''}"
    found = _SQLITE.search(text) or _POSTGRES.search(text)
    return [column.strip().rpartition(".")[2].strip('"') for column in found["columns"].split(",")] if found else []

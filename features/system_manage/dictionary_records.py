"""The entries of dictionaries: how they look, and what a form chooses from."""

from typing import Annotated

from pydantic import StringConstraints

from features.system_manage.models import Dictionary
from kernel import AuditedRecord, Schema, Status, cached, keeps_dictionaries, outdate

DictType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,50}$")]
"""`tag_category`: the list that an entry belongs to."""


class DictionaryRecord(AuditedRecord[Dictionary]):
    dict_type: str
    label: str
    value: str
    order: int
    status: Status
    remark: str | None


class DictionaryOption(Schema):
    label: str
    value: str


async def options_of(dict_type: str) -> list[DictionaryOption]:
    """The enabled entries of a list, in their order; none of a list that there is not. Kept for five minutes."""

    async def load() -> list[DictionaryOption]:
        entries = Dictionary.filter(dict_type=dict_type, status=Status.ENABLED).order_by("order", "id")
        return [DictionaryOption.model_validate(entry) for entry in await entries.values("label", "value")]

    return await cached(f"dictionary:{dict_type}", list[DictionaryOption], load, seconds=300)


@keeps_dictionaries
async def values_of(dict_type: str) -> set[str]:
    """What other modules may take from a list: what a form may choose."""
    return {option.value for option in await options_of(dict_type)}


def options_changed(*dict_types: str) -> None:
    """Within the transaction that changes entries of these lists: forms are to choose from what is there then."""
    outdate(*[f"dictionary:{dict_type}" for dict_type in dict_types])

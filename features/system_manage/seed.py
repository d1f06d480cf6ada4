"""The dictionaries that every installation begins with."""

from typing import NamedTuple

from features.system_manage.models import Dictionary
from kernel.identity.models import Declared


class _Entry(NamedTuple):
    dict_type: str
    value: str
    label: str
    order: int


_ENTRIES = [
    _Entry("tag_category", "skill", "Skill", 1),
    _Entry("tag_category", "language", "Language", 2),
    _Entry("tag_category", "role", "Role", 3),
]


async def install() -> None:
    """Add each of them once. From then on they belong to the administrators: one that they deleted does not come back."""
    met = set(await Declared.filter(kind="dictionary").values_list("name", flat=True))
    for entry in _ENTRIES:
        name = f"{entry.dict_type}:{entry.value}"
        if name in met:
            continue
        if not await Dictionary.exists(dict_type=entry.dict_type, value=entry.value):
            await Dictionary.create(**entry._asdict())
        await Declared.create(kind="dictionary", name=name)

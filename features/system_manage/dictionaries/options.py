"""List what a form may choose from a dictionary."""

from features.system_manage.dictionary_records import DictionaryOption, DictType, options_of
from kernel import SIGNED_IN, get


@get("/{dict_type}/options", access=SIGNED_IN)
async def dictionary_options(dict_type: DictType) -> list[DictionaryOption]:
    return await options_of(dict_type)

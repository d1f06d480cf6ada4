"""Show one entry of a dictionary."""

from features.system_manage.dictionary_records import DictionaryRecord
from features.system_manage.models import Dictionary
from kernel import SqidId, fetch_one, get


@get("/{dictionary_id}")
async def get_dictionary(dictionary_id: SqidId[Dictionary]) -> DictionaryRecord:
    return await fetch_one(Dictionary.filter(id=dictionary_id), DictionaryRecord)

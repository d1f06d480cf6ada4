"""Delete an entry of a dictionary. What was chosen before stays chosen; one may disable it as well."""

from features.system_manage.dictionary_records import options_changed
from features.system_manage.models import Dictionary
from kernel import Deleted, SqidId, delete


@delete("/{dictionary_id}")
async def delete_dictionary(dictionary_id: SqidId[Dictionary]) -> Deleted[Dictionary]:
    entry = await Dictionary.for_update(dictionary_id)
    await entry.delete()
    options_changed(entry.dict_type)
    return Deleted(deleted_id=dictionary_id)

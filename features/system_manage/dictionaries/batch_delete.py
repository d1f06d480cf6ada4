"""Delete several entries of dictionaries, all or none."""

from features.system_manage.dictionary_records import options_changed
from features.system_manage.models import Dictionary
from kernel import BatchDeleted, BatchDeleteRequest, delete


@delete()
async def batch_delete_dictionaries(request: BatchDeleteRequest[Dictionary]) -> BatchDeleted[Dictionary]:
    entries = await Dictionary.all_for_update(request.ids)
    await Dictionary.filter(id__in=[entry.id for entry in entries]).delete()
    options_changed(*{entry.dict_type for entry in entries})
    return BatchDeleted(deleted_ids=request.ids)

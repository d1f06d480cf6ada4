"""Change an entry of a dictionary: only the fields that are sent."""

from pydantic import MISSING

from features.system_manage.dictionary_records import DictType, options_changed
from features.system_manage.models import Dictionary
from kernel import Int32, LongText, Request, ShortText, SqidId, Status, Updated, patch


class UpdateDictionaryRequest(Request):
    dict_type: DictType | MISSING = MISSING
    label: ShortText | MISSING = MISSING
    value: ShortText | MISSING = MISSING
    order: Int32 | MISSING = MISSING
    status: Status | MISSING = MISSING
    remark: LongText | None = None


@patch("/{dictionary_id}")
async def update_dictionary(dictionary_id: SqidId[Dictionary], request: UpdateDictionaryRequest) -> Updated[Dictionary]:
    """What was chosen before keeps the value that it had then: others hold the text, not this row."""
    entry = await Dictionary.for_update(dictionary_id)
    options_changed(entry.dict_type, str(request.changes().get("dict_type", entry.dict_type)))
    if changes := request.changes():
        await entry.update_from_dict(changes).save(update_fields=list(changes))
    return Updated(updated_id=dictionary_id)

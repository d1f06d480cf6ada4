"""Add an entry to a dictionary. A dictionary is there as soon as it has one."""

from features.system_manage.dictionary_records import DictType, options_changed
from features.system_manage.models import Dictionary
from kernel import Created, Int32, LongText, Request, ShortText, Status, post


class CreateDictionaryRequest(Request):
    dict_type: DictType
    label: ShortText
    value: ShortText
    order: Int32 = 0
    status: Status = Status.ENABLED
    remark: LongText | None = None


@post()
async def create_dictionary(request: CreateDictionaryRequest) -> Created[Dictionary]:
    """A value stands once in a dictionary (2300)."""
    entry = await Dictionary.create(**dict(request))
    options_changed(entry.dict_type)
    return Created(created_id=entry.id)

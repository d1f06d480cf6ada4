"""Find entries of dictionaries."""

from features.system_manage.dictionary_records import DictionaryRecord
from features.system_manage.models import Dictionary
from kernel import AuditedSearchRequest, Contains, Exact, Page, Status, paginate, post


class SearchDictionariesRequest(AuditedSearchRequest):
    dict_type: Contains = None
    label: Contains = None
    value: Contains = None
    status: Exact[Status] = None


@post("/search")
async def search_dictionaries(request: SearchDictionariesRequest) -> Page[DictionaryRecord]:
    return await paginate(Dictionary.all(), request, DictionaryRecord)

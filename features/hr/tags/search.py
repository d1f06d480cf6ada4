"""Find tags."""

from features.hr.models import Tag
from features.hr.records import TagRecord, TagWord
from kernel import AuditedSearchRequest, Contains, Exact, Page, paginate, post


class SearchTagsRequest(AuditedSearchRequest):
    name: Contains = None
    category: Exact[TagWord] = None


@post("/search")
async def search_tags(request: SearchTagsRequest) -> Page[TagRecord]:
    return await paginate(Tag.all(), request, TagRecord)

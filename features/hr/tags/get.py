"""Show one tag."""

from features.hr.models import Tag
from features.hr.records import TagRecord
from kernel import SqidId, fetch_one, get


@get("/{tag_id}")
async def get_tag(tag_id: SqidId[Tag]) -> TagRecord:
    return await fetch_one(Tag.filter(id=tag_id), TagRecord)

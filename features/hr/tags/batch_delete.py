"""Delete several tags, all or none, and take them from everybody who has them."""

from features.hr.events import TagDeleted
from features.hr.models import Tag
from kernel import BatchDeleted, BatchDeleteRequest, delete, emit


@delete(button="B_HR_TAG_DELETE")
async def batch_delete_tags(request: BatchDeleteRequest[Tag]) -> BatchDeleted[Tag]:
    tags = await Tag.all_for_update(request.ids)
    await Tag.filter(id__in=[tag.id for tag in tags]).delete()
    for tag in tags:
        emit(TagDeleted(tag_id=tag.id, name=tag.name))
    return BatchDeleted(deleted_ids=request.ids)

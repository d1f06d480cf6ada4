"""Delete a tag, and take it from everybody who has it."""

from features.hr.events import TagDeleted
from features.hr.models import Tag
from kernel import Deleted, SqidId, delete, emit


@delete("/{tag_id}", button="B_HR_TAG_DELETE")
async def delete_tag(tag_id: SqidId[Tag]) -> Deleted[Tag]:
    tag = await Tag.for_update(tag_id)
    await tag.delete()
    emit(TagDeleted(tag_id=tag_id, name=tag.name))
    return Deleted(deleted_id=tag_id)

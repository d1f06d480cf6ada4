"""Create a tag."""

from features.hr.events import TagCreated
from features.hr.models import Tag
from features.hr.records import TagWord
from kernel import Created, LongText, Request, emit, post


class CreateTagRequest(Request):
    name: TagWord
    category: TagWord
    description: LongText | None = None


@post(button="B_HR_TAG_CREATE")
async def create_tag(request: CreateTagRequest) -> Created[Tag]:
    """A name stands for one tag (2300). Its category is one of those that administrators keep (1200)."""
    await Tag.ensure_category(request.category)
    tag = await Tag.create(**dict(request))
    emit(TagCreated(tag_id=tag.id, name=tag.name))
    return Created(created_id=tag.id)

"""Change a tag: only the fields that are sent."""

from pydantic import MISSING

from features.hr.models import Tag
from features.hr.records import TagWord
from kernel import LongText, Request, SqidId, Updated, patch


class UpdateTagRequest(Request):
    name: TagWord | MISSING = MISSING
    category: TagWord | MISSING = MISSING
    description: LongText | None = None


@patch("/{tag_id}", button="B_HR_TAG_EDIT")
async def update_tag(tag_id: SqidId[Tag], request: UpdateTagRequest) -> Updated[Tag]:
    """A tag may keep a category that administrators have taken away since; it is given none of those anew (1200)."""
    tag = await Tag.for_update(tag_id)
    changes = request.changes()
    if changes.get("category", tag.category) != tag.category:
        await Tag.ensure_category(changes["category"])
    if changes:
        await tag.update_from_dict(changes).save(update_fields=list(changes))
    return Updated(updated_id=tag_id)

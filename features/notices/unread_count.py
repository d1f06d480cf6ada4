"""Count one's own notices that are not read yet."""

from features.notices.models import Notice
from features.notices.records import NoticeCount
from kernel import SIGNED_IN, get


@get("/unread-count", access=SIGNED_IN)
async def unread_count() -> NoticeCount:
    return NoticeCount(count=await Notice.own().filter(read_at__isnull=True).count())

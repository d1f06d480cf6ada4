"""Mark all of one's own notices as read, and say how many were not."""

from features.notices.models import Notice
from features.notices.records import NoticeCount
from kernel import SIGNED_IN, now, post


@post("/read-all", access=SIGNED_IN)
async def read_all() -> NoticeCount:
    return NoticeCount(count=await Notice.own().filter(read_at__isnull=True).update(read_at=now()))

"""Mark one of one's own notices as read."""

from features.notices.models import Notice
from kernel import SIGNED_IN, SqidId, Updated, now, post


@post("/{notice_id}/read", access=SIGNED_IN)
async def read(notice_id: SqidId[Notice]) -> Updated[Notice]:
    """Somebody else's is as if it were not there (1101); one that was read stays as it was.

    Who impersonates may, as with any write: `updatedBy` names both.
    """
    notice = await Notice.own().get(id=notice_id)
    await Notice.own().filter(id=notice.id, read_at__isnull=True).update(read_at=now())
    return Updated(updated_id=notice.id)

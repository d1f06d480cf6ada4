"""Look through one's own notices, the newest first."""

from typing import Annotated

from features.notices.models import Notice, NoticeKind
from kernel import (
    SIGNED_IN,
    AuditedRecord,
    AuditedSearchRequest,
    Contains,
    Exact,
    Filter,
    Millis,
    Page,
    paginate,
    post,
)


class NoticeRecord(AuditedRecord[Notice]):
    """`readAt` null: it is unread."""

    kind: NoticeKind
    title: str
    content: str
    read_at: Millis | None


class SearchNoticesRequest(AuditedSearchRequest):
    kind: Exact[NoticeKind] = None
    unread: Annotated[bool | None, Filter("isnull", "read_at")] = None
    title: Contains = None


@post("/search", access=SIGNED_IN)
async def search_notices(request: SearchNoticesRequest) -> Page[NoticeRecord]:
    newest_first = request.model_copy(update={"order_by": request.order_by or ["-id"]})
    return await paginate(Notice.own(), newest_first, NoticeRecord)

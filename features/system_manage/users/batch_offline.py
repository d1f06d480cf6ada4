"""End all sessions of several users, of all or of none."""

from typing import Annotated

from pydantic import Field

from features.system_manage.records import OfflineCount
from kernel import Request, SqidList, post
from kernel.auth.sessions import end_all_sessions
from kernel.identity.models import EndReason, User
from kernel.rbac.managing import managing


class BatchOfflineUsersRequest(Request):
    ids: Annotated[SqidList[User], Field(min_length=1)]


@post("/batch-offline")
async def batch_take_offline(request: BatchOfflineUsersRequest) -> OfflineCount:
    async with managing(set(request.ids)) as users:
        await end_all_sessions(request.ids, EndReason.ENDED_BY_ADMIN)
    return OfflineCount(offline_count=len(users))

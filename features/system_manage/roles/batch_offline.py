"""End all sessions of whoever holds one of several roles."""

from typing import Annotated

from pydantic import Field

from features.system_manage.account_rules import RoleCodes, end_sessions_of_holders
from features.system_manage.records import OfflineCount
from kernel import Request, post


class BatchOfflineRolesRequest(Request):
    role_codes: Annotated[RoleCodes, Field(min_length=1)]


@post("/batch-offline")
async def batch_take_offline(request: BatchOfflineRolesRequest) -> OfflineCount:
    return OfflineCount(offline_count=await end_sessions_of_holders(request.role_codes))

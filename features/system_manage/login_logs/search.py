"""Look through sign-ins, well or not, and what else an auditor asks for; the newest first."""

from typing import Annotated

from pydantic import StringConstraints

from kernel import (
    Contains,
    Exact,
    Filter,
    Millis,
    OneOf,
    Page,
    PublicId,
    Schema,
    SearchRequest,
    paginate,
    post,
)
from kernel.identity.models import LoginLog, SecurityEvent


class LoginLogRecord(Schema):
    """`userName`: whom it is about; null for a name that nobody has. `byUserName`: who did it, if somebody else."""

    id: PublicId[LoginLog]
    created_at: Millis
    event: SecurityEvent
    code: str
    user_name: str | None
    by_user_name: str | None
    address: str | None
    agent: str | None
    request_id: str | None
    detail: str | None


class SearchLoginLogsRequest(SearchRequest):
    event: OneOf[SecurityEvent] = None
    code: Exact[Annotated[str, StringConstraints(max_length=4)]] = None
    user_name: Contains = None
    by_user_name: Contains = None
    address: Contains = None
    created_at_start: Annotated[Millis | None, Filter("gte", "created_at")] = None
    created_at_end: Annotated[Millis | None, Filter("lte", "created_at")] = None


@post("/search")
async def search_login_logs(request: SearchLoginLogsRequest) -> Page[LoginLogRecord]:
    newest_first = request.model_copy(update={"order_by": request.order_by or ["-id"]})
    return await paginate(LoginLog.all(), newest_first, LoginLogRecord)

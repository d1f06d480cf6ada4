"""Find users."""

from typing import Annotated

from pydantic import Field
from tortoise.expressions import Subquery

from features.system_manage.records import UserRecord, users
from kernel import AuditedSearchRequest, Contains, ContainsPhone, Exact, Filter, Gender, Page, Status, paginate, post
from kernel.identity.models import User


class SearchUsersRequest(AuditedSearchRequest):
    user_name: Contains = None
    nick_name: Annotated[Annotated[str, Field(max_length=200)] | None, Filter("icontains", "shown_name")] = None
    user_phone: ContainsPhone = None
    user_email: Contains = None
    user_gender: Exact[Gender] = None
    status_type: Exact[Status] = None
    by_user_role_code_list: Annotated[list[Annotated[str, Field(max_length=64)]] | None, Field(max_length=50)] = None


@post("/search")
async def search_users(request: SearchUsersRequest) -> Page[UserRecord]:
    """`byUserRoleCodeList` finds whoever holds any of these roles."""
    rows = users()
    if codes := request.by_user_role_code_list:
        rows = rows.filter(id__in=Subquery(User.filter(roles__role_code__in=codes).values("id")))
    return await paginate(rows, request, UserRecord)

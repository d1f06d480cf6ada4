"""Find use cases, of the business modules or of all."""

from typing import Annotated

from pydantic import Field, StringConstraints

from features.system_manage.api_records import ApiMethod, ApiRecord, below
from features.system_manage.modules import business_modules
from kernel import AuditedSearchRequest, Contains, Exact, Page, Status, paginate, post
from kernel.identity.models import Api


class SearchApisRequest(AuditedSearchRequest):
    """`tags` finds what has one of them, or one below one of them; `includeSystem` the use cases of the built-in modules too."""

    api_path: Contains = None
    api_method: Exact[ApiMethod] = None
    summary: Contains = None
    route_key: Contains = None
    status_type: Exact[Status] = None
    tags: Annotated[list[Annotated[str, StringConstraints(max_length=200)]] | None, Field(max_length=100)] = None
    include_system: bool = False


@post("/search")
async def search_apis(request: SearchApisRequest) -> Page[ApiRecord]:
    rows = Api.all()
    if not request.include_system:
        rows = rows.filter(below(*(module.name for module in business_modules())))
    if request.tags:
        rows = rows.filter(below(*(tag.replace("/", ".") for tag in request.tags)))
    return await paginate(rows, request, ApiRecord)

"""Show one use case."""

from features.system_manage.api_records import ApiRecord
from kernel import SqidId, fetch_one, get
from kernel.identity.models import Api


@get("/{api_id}")
async def get_api(api_id: SqidId[Api]) -> ApiRecord:
    return await fetch_one(Api.filter(id=api_id), ApiRecord)

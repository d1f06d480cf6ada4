"""Act in the name of another user. What is written meanwhile names both; what they may not do, one may not either."""

from features.auth.records import TokensResponse
from kernel import SUPER_ADMIN, SqidId, post, require_actor
from kernel.auth.impersonation import begin_impersonation
from kernel.identity.models import User


@post("/impersonate/{user_id}", access=SUPER_ADMIN, transaction=False)  # a refusal is logged
async def impersonate(user_id: SqidId[User]) -> TokensResponse:
    return TokensResponse.of(await begin_impersonation(user_id, by=require_actor()))

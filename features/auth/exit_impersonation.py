"""Be oneself again: the tokens of the impersonation are dead, and a fresh session begins."""

from features.auth.records import TokensResponse
from kernel import SIGNED_IN, post, require_actor
from kernel.auth.impersonation import end_impersonation


@post("/exit-impersonation", access=SIGNED_IN, open_during_password_change=True, transaction=False)
async def exit_impersonation() -> TokensResponse:
    """Refused (2407) for who impersonates nobody."""
    return TokensResponse.of(await end_impersonation(require_actor()))

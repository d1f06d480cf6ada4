"""The account that somebody opens for themselves."""

import secrets
import string

from kernel import Code, NewPassword, Refusal, Status, open_account
from kernel.identity.models import Role

ROLE = "R_USER"


async def open_own_account(user_name: str, password: NewPassword, phone: str) -> int:
    """Within a transaction. Returns the id. Raises Refusal 2200 where nobody can register, and what `open_account` does."""
    if not await Role.filter(role_code=ROLE, status_type=Status.ENABLED).exists():
        raise Refusal(Code.API_DISABLED, f"Nobody can register: the role {ROLE} is disabled or does not exist.")
    # Opened by themselves: accounts that nobody opened are those that the app makes for demo mode.
    return await open_account(
        user_name, password.hash, [ROLE], must_change_password=False, phone=phone, opened_by=user_name
    )


def generated_user_name() -> str:
    """`user_` and eight letters and digits."""
    return "user_" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))

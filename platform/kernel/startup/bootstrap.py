"""The accounts that exist before anyone has signed in.

In demo mode four, with a password that everybody knows. Otherwise one super administrator, if there is none: with the
password from FIRST_ADMIN_PASSWORD, or a generated one that is printed once; it must be changed at the first sign-in.

Both run inside of the caller's transaction. How the first four, and all others that demo mode opened, come to their end
is in `demo_accounts`.
"""

from kernel.auth.passwords import NewPassword, ensure_strong, generate_password
from kernel.errors.operator import SettingsError, StartupRefused
from kernel.errors.refusals import Refusal
from kernel.identity.accounts import DEMO_PASSWORD, open_account
from kernel.identity.models import SUPER_ROLE, Role, User
from kernel.settings import settings

DEMO_ACCOUNTS = {"Soybean": SUPER_ROLE, "Super": SUPER_ROLE, "Admin": "R_ADMIN", "User": "R_USER"}
FIRST_ADMIN = "Soybean"


async def open_demo_accounts() -> None:
    """Open whichever of the demo accounts are missing, but for a role that an administrator deleted."""
    existing = {name for (name,) in await User.filter(user_name__in=list(DEMO_ACCOUNTS)).values_list("user_name")}
    roles = {code for (code,) in await Role.filter(role_code__in=list(DEMO_ACCOUNTS.values())).values_list("role_code")}
    if missing := {name: role for name, role in DEMO_ACCOUNTS.items() if name not in existing and role in roles}:
        password = await NewPassword.unchecked(DEMO_PASSWORD)
        for name, role in missing.items():
            await open_account(name, password.hash, [role], must_change_password=False, nick_name=name)


async def open_first_admin() -> str | None:
    """Open a super administrator if there is none. Returns the password if it was generated. Raises StartupRefused."""
    if await User.filter(roles__role_code=SUPER_ROLE).exists():
        return None
    if await User.filter(user_name=FIRST_ADMIN).exists():
        raise StartupRefused(f"Nobody holds {SUPER_ROLE}, and {FIRST_ADMIN} exists already. Grant it in the database.")
    configured = first_admin_password()
    password = await NewPassword.unchecked(configured or generate_password())
    await open_account(FIRST_ADMIN, password.hash, [SUPER_ROLE], nick_name=FIRST_ADMIN)
    return None if configured else password.raw


def first_admin_password() -> str | None:
    """FIRST_ADMIN_PASSWORD, if it is set. Raises SettingsError for one that nobody may choose, or could never type in."""
    configured = settings().first_admin_password
    if configured is None:
        return None
    try:
        ensure_strong(configured.get_secret_value(), user_name=FIRST_ADMIN)
    except Refusal as refusal:
        raise SettingsError(f"FIRST_ADMIN_PASSWORD='***': {refusal.message}") from None
    return configured.get_secret_value()

"""The accounts that exist before anyone has signed in.

In demo mode four, with a password that everybody knows. Otherwise one super administrator, if there is none: with the
password from FIRST_ADMIN_PASSWORD, or a generated one that is printed once; it must be changed at the first sign-in.
"""

import sys

from kernel.auth.passwords import NewPassword, generate_password
from kernel.database.unit_of_work import unit_of_work
from kernel.identity.accounts import DEMO_PASSWORD, open_account
from kernel.identity.models import SUPER_ROLE, User
from kernel.settings import settings

DEMO_ACCOUNTS = {"Soybean": SUPER_ROLE, "Super": SUPER_ROLE, "Admin": "R_ADMIN", "User": "R_USER"}
FIRST_ADMIN = "Soybean"


async def open_system_accounts() -> None:
    """Open whichever of the system accounts are missing."""
    if settings().demo:
        await _open_demo_accounts()
    elif not await User.filter(roles__role_code=SUPER_ROLE).exists():
        await _open_first_admin()


async def _open_demo_accounts() -> None:
    existing = {name for (name,) in await User.filter(user_name__in=list(DEMO_ACCOUNTS)).values_list("user_name")}
    if missing := DEMO_ACCOUNTS.keys() - existing:
        password = await NewPassword.chosen(DEMO_PASSWORD)
        async with unit_of_work():
            for name in DEMO_ACCOUNTS:
                if name in missing:
                    await open_account(
                        name, password.hash, [DEMO_ACCOUNTS[name]], must_change_password=False, nick_name=name
                    )


async def _open_first_admin() -> None:
    configured = settings().first_admin_password
    password = await NewPassword.chosen(configured.get_secret_value() if configured else generate_password())
    async with unit_of_work():
        await open_account(FIRST_ADMIN, password.hash, [SUPER_ROLE], nick_name=FIRST_ADMIN)
    if configured is None:
        # Not through the log: a log is kept, and a password must not be.
        sys.stdout.write(f"\nFirst super administrator: {FIRST_ADMIN}, password {password.raw} (shown once)\n\n")
        sys.stdout.flush()

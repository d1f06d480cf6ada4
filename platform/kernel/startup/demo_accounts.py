"""The accounts of demo mode, whose password everybody knows, where it is demo mode no more."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from kernel.auth.passwords import THREADS, NewPassword, verify_password
from kernel.auth.sessions import end_all_sessions
from kernel.errors.operator import StartupRefused
from kernel.identity.accounts import DEMO_PASSWORD
from kernel.identity.models import SUPER_ROLE, EndReason, User
from kernel.schema.types import Status
from kernel.unit_of_work.transaction import transaction

HASHES_AT_MOST = 1000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ended:
    """Whose password was replaced, and the way in that is left where there was no other."""

    user_names: list[str]
    admin: str | None = None
    admin_password: str | None = field(default=None, repr=False)


async def refuse_demo_accounts() -> None:
    """Raise StartupRefused if an account has the password of demo mode; it names all of them.

    The disabled ones too: enabled while the server runs, they would be open to everybody.
    """
    names = [
        user.user_name if user.status_type == Status.ENABLED else f"{user.user_name} (disabled)"
        for user in await _holders()
    ]
    if names:
        raise StartupRefused(
            f"APP_ENV=production: the password of demo mode, {DEMO_PASSWORD}, which everybody knows, is that of "
            f"{', '.join(names)}. Run: just end-demo-accounts"
        )


async def end_demo_accounts() -> Ended:
    """Disable every account that has the password of demo mode, end its sessions, and give it a password that nobody knows.

    If no other super administrator is left, the first of them stays enabled, with a new password that must be changed.
    """
    holders = await _holders()
    unknown, new = await NewPassword.generated(), await NewPassword.generated()
    async with transaction(__name__):
        others = User.filter(roles__role_code=SUPER_ROLE, status_type=Status.ENABLED)
        left = await others.exclude(id__in=[user.id for user in holders]).exists()
        supers = set(await User.filter(roles__role_code=SUPER_ROLE).values_list("id", flat=True))
        admin = None if left else next((user for user in holders if user.id in supers), None)
        for user in holders:
            stays = user is admin
            await User.filter(id=user.id, password_hash=user.password_hash).update(
                password_hash=new.hash if stays else unknown.hash,
                status_type=Status.ENABLED if stays else Status.DISABLED,
                must_change_password=True,
            )
        await end_all_sessions([user.id for user in holders], EndReason.ACCOUNT_DISABLED)
    names = [user.user_name for user in holders]
    return Ended(names, admin.user_name, new.raw) if admin else Ended(names)


async def _holders() -> Sequence[User]:
    """Every account with the password of demo mode, the oldest first.

    Nobody can choose that password, it is too short: only what the app itself opened, when nobody was signed in, can have
    it. Each of their hashes is verified once; all accounts of one seed share one.
    """
    by_hash: dict[str, list[User]] = {}
    for user in await User.filter(created_by__isnull=True).order_by("id"):
        by_hash.setdefault(user.password_hash, []).append(user)
    hashes = list(by_hash)
    if len(hashes) > HASHES_AT_MOST:
        log.warning("not every account was asked for the password of demo mode", not_asked=len(hashes) - HASHES_AT_MOST)
    found: list[User] = []
    for start in range(0, min(len(hashes), HASHES_AT_MOST), THREADS):
        some = hashes[start : min(start + THREADS, HASHES_AT_MOST)]
        opened = await asyncio.gather(*(verify_password(DEMO_PASSWORD, each) for each in some))
        found += [user for each, opens in zip(some, opened, strict=True) if opens for user in by_hash[each]]
    return sorted(found, key=lambda user: user.id)

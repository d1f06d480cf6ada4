"""What must be said, within the transaction, by whoever changes users, sessions or grants: it is in force on the next request.

See `kernel.hot_cache` for how every worker comes to know, and what a crash leaves behind.
"""

from collections.abc import Iterable

from tortoise.expressions import F

from kernel import hot_cache
from kernel.identity.models import GrantsVersion

GRANTS_KEY = "grants"


def user_key(user_id: int) -> str:
    """The name under which the user's state is kept."""
    return f"user:{user_id}"


def session_key(family: str) -> str:
    """The name under which the session's state is kept."""
    return f"session:{family}"


def users_changed(user_ids: Iterable[int]) -> None:
    """The roles, the status, the name or the token version of these users change, or the users are deleted."""
    hot_cache.changes(*map(user_key, user_ids))


def sessions_changed(families: Iterable[str]) -> None:
    """These sessions end."""
    hot_cache.changes(*map(session_key, families))


async def grants_changed() -> None:
    """What roles grant changes: roles, their menus, buttons, APIs, data scopes; or an API is switched on or off.

    Transactions that say so come one after the other, from here to their commit.
    """
    hot_cache.changes(GRANTS_KEY)
    while not await GrantsVersion.filter(id=1).update(version=F("version") + 1):
        # The first change that there ever was; of several at once, all but one find the row of the other.
        await GrantsVersion.bulk_create([GrantsVersion(id=1)], ignore_conflicts=True)

"""Accounts, as whoever may manage them changes them. No one manages an account that holds more than they do."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import TypedDict, Unpack

from kernel.auth.sessions import end_all_sessions
from kernel.context import require_actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import users_changed
from kernel.identity.models import SUPER_ROLE, EndReason, User
from kernel.rbac.grants import ensure_may_manage, keeping_a_super_admin
from kernel.schema.types import Status
from kernel.unit_of_work.transaction import transaction


class AccountChanges(TypedDict, total=False):
    """What other modules know of a person, too; under the names that `open_account` takes them by."""

    nick_name: str
    phone: str | None
    email: str | None


_COLUMNS = {"nick_name": "nick_name", "phone": "user_phone", "email": "user_email"}


@asynccontextmanager
async def managing(user_ids: Collection[int]) -> AsyncIterator[Sequence[User]]:
    """Change these accounts, which are locked, within, in a transaction. It is in force on their next request.

    Raises Refusal 1101; 2206 or 2201 for one that the caller may not manage; 2307 if no super administrator would be left.
    """
    async with transaction(__name__):  # that of the slice, if it has one
        users = await User.all_for_update(user_ids)
        await ensure_may_manage(user_ids)
        users_changed(user_ids)
        supers = User.filter(id__in=list(user_ids), roles__role_code=SUPER_ROLE)
        async with keeping_a_super_admin() if await supers.exists() else nullcontext():
            yield users


async def change_status(user: User, status: Status) -> None:
    """Disable the account, which ends its sessions, or enable it, which brings none back. Raises Refusal 2307 for one's own."""
    if status is user.status_type:
        return
    if status is Status.DISABLED:
        refuse_oneself([user.id], "disable")
        await end_all_sessions([user.id], EndReason.ACCOUNT_DISABLED)
    user.status_type = status
    await user.save(update_fields=["status_type"])


def refuse_oneself(user_ids: Collection[int], verb: str) -> None:
    """Raise Refusal 2307 if the caller is among these users."""
    if require_actor().user_id in user_ids:
        raise Refusal(Code.IN_USE, f"You cannot {verb} your own account; ask another administrator.")


async def disable_account(user_id: int) -> None:
    """End every session of a user, who cannot sign in any more; their roles stay. Raises what `managing` does, 2307 for one's own."""
    async with managing([user_id]) as (user,):
        await change_status(user, Status.DISABLED)


async def enable_account(user_id: int) -> None:
    """Let a user sign in again; tokens from before stay dead. Raises what `managing` does."""
    async with managing([user_id]) as (user,):
        await change_status(user, Status.ENABLED)


async def update_account(user_id: int, **changes: Unpack[AccountChanges]) -> None:
    """Change what is given, and differs. Raises what `managing` does, but only if anything differs: whoever sets the phone
    that an account is recovered by has the account. IntegrityError for a phone or an address that is taken (2302, 2303).
    """
    user = await User.for_update(user_id)
    wanted = {_COLUMNS[name]: value for name, value in changes.items()}
    differing = {column: value for column, value in wanted.items() if getattr(user, column) != value}
    if differing:
        async with managing([user_id]) as (user,):
            await user.update_from_dict(differing).save(update_fields=list(differing))

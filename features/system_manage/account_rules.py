"""Rules of managing accounts that several use cases share."""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Subquery

from kernel import Code, NewPassword, Refusal
from kernel.auth.credentials import replace_password
from kernel.auth.login_log import record
from kernel.auth.sessions import end_all_sessions
from kernel.identity.accounts import roles_named
from kernel.identity.models import EndReason, SecurityEvent, User
from kernel.rbac.grants import ensure_may_grant, ensure_may_manage
from kernel.rbac.managing import managing, refuse_oneself

RoleCodes = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50)]

_AT_ONCE = 1000  # a statement has place for some thousand values


async def new_password(user_id: int, raw: str | None, *, user_name: str | None = None) -> NewPassword | None:
    """The password that an administrator gives the user, of this new name if they get one. Raises Refusal 2409, 1101."""
    if not raw:
        return None
    return await NewPassword.chosen(raw, user_name=user_name or (await User.get(id=user_id)).user_name)


async def give_password(user: User, new: NewPassword) -> None:
    """The user must change it at the next sign-in; every session of theirs is over. It stands in the login log."""
    await replace_password(user, new, must_change=True)
    await record(SecurityEvent.PASSWORD_RESET, user_id=user.id)


async def replace_roles(user: User, codes: Collection[str]) -> None:
    """Make these the user's roles. Raises Refusal 1101, and 2206 or 2201 for one that the caller may not give."""
    wanted, held = await roles_named(codes), list(await user.roles)
    await ensure_may_grant({role.role_code for role in wanted} - {role.role_code for role in held})
    if gone := [role for role in held if role not in wanted]:
        await user.roles.remove(*gone)
    await user.roles.add(*wanted)


async def delete_users(user_ids: Collection[int]) -> None:
    """Delete the accounts, all or none. Raises what `managing` does, 2307 for one's own and one that other records belong to."""
    refuse_oneself(user_ids, "delete")
    async with managing(user_ids) as users:
        for user in users:
            try:
                await user.delete()
            except IntegrityError:  # a foreign key of a module that this one does not know
                told = f"Records of other modules belong to {user.user_name}; disable the account instead."
                raise Refusal(Code.IN_USE, told) from None


async def end_sessions_of_holders(role_codes: Collection[str]) -> int:
    """End all sessions of whoever holds one of these roles, and say how many people these are.

    Raises Refusal 1101 for an unknown role; 2206 or 2201 if the caller may not manage one of the holders.
    """
    await roles_named(role_codes)
    holding = User.filter(roles__role_code__in=list(role_codes)).values("id")
    holders = await User.filter(id__in=Subquery(holding)).order_by("id").select_for_update().only("id")
    ids = [user.id for user in holders]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        await ensure_may_manage(some)
        await end_all_sessions(some, EndReason.ROLE_OFFLINE)
    return len(holders)

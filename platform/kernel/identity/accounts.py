"""Accounts, as any feature may open them, and ask for them. To change or to close one, see `kernel.rbac.managing`.

Each function works inside of the caller's transaction.
"""

from collections.abc import Collection, Iterable

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import users_changed
from kernel.identity.models import Role, User
from kernel.models.base import audit_name
from kernel.schema.types import Gender, Status


class Account:
    """Stands for a user where features name one, as they do not see the table: `PublicId[Account]`."""

    id_kind = User.id_kind


DEMO_PASSWORD = "123456"  # noqa: S105  known to everybody, on purpose: demo mode only


async def open_account(
    user_name: str,
    password_hash: str,
    roles: list[str],
    *,
    must_change_password: bool = True,
    nick_name: str | None = None,
    gender: Gender = Gender.UNKNOWN,
    phone: str | None = None,
    email: str | None = None,
    status: Status = Status.ENABLED,
    opened_by: str | None = None,
) -> int:
    """A new user with the roles of these codes. Returns the id. `opened_by` is for the audit columns, where nobody is signed in.

    Raises Refusal 1101 for an unknown role; IntegrityError for a name, also in another case, a phone or an address that
    is taken (2302 to 2304).
    """
    held = await roles_named(roles)
    user = await User.create(
        user_name=user_name,
        nick_name=nick_name,
        user_gender=gender,
        user_phone=phone or None,
        user_email=email or None,
        password_hash=password_hash,
        must_change_password=must_change_password,
        status_type=status,
        created_by=opened_by or audit_name(),
        updated_by=opened_by or audit_name(),
    )
    await user.roles.add(*held)
    return user.id


async def account_exists(user_id: int) -> bool:
    """Whether there is such a user, disabled or not."""
    return await User.exists(id=user_id)


async def account_names(user_ids: Iterable[int]) -> dict[int, str]:
    """What to call these users: by id the nick name, or the user name of who has none; nothing for who is not there."""
    rows = await User.filter(id__in=sorted(set(user_ids))).values_list("id", "nick_name", "user_name")
    return {user_id: nick_name or user_name for user_id, nick_name, user_name in rows}


async def grant_role(user_id: int, role_code: str) -> None:
    """Give a user a role; one that they hold already stays. Raises Refusal 1101 for an unknown role."""
    user = await User.for_update(user_id)  # so that of two who give the same role, the other one finds it given
    await user.roles.add(*await roles_named([role_code]))
    users_changed([user_id])


async def revoke_role(user_id: int, role_code: str) -> None:
    """Take a role from a user; nothing happens if they do not hold it. Raises Refusal 1101 for an unknown role."""
    user = await User.for_update(user_id)
    await user.roles.remove(*await roles_named([role_code]))
    users_changed([user_id])


async def roles_named(codes: Collection[str]) -> list[Role]:
    """The roles of these codes. Raises Refusal 1101 for an unknown one."""
    roles = await Role.filter(role_code__in=list(codes)).order_by("id")
    if missing := set(codes) - {role.role_code for role in roles}:
        raise Refusal(Code.NOT_FOUND, f"There is no role {', '.join(sorted(missing))}.")
    return roles

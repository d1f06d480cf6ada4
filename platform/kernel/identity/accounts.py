"""Accounts, as any feature may open and close them: all that feature modules write to the identity tables.

Each function works inside of the caller's transaction.
"""

from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.changes import users_changed
from kernel.identity.models import Role, User
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
) -> int:
    """A new user with the roles of these codes. Returns the id.

    Raises Refusal 1101 for an unknown role; IntegrityError for a name, also in another case, a phone or an address that
    is taken (2302 to 2304).
    """
    held = await _roles(roles)
    user = await User.create(
        user_name=user_name,
        nick_name=nick_name,
        user_gender=gender,
        user_phone=phone or None,
        user_email=email or None,
        password_hash=password_hash,
        must_change_password=must_change_password,
        status_type=status,
    )
    await user.roles.add(*held)
    return user.id


async def grant_role(user_id: int, role_code: str) -> None:
    """Give a user a role; one that they hold already stays. Raises Refusal 1101 for an unknown role."""
    user = await User.get(id=user_id)
    await user.roles.add(*await _roles([role_code]))
    users_changed([user_id])


async def revoke_role(user_id: int, role_code: str) -> None:
    """Take a role from a user; nothing happens if they do not hold it. Raises Refusal 1101 for an unknown role."""
    user = await User.get(id=user_id)
    await user.roles.remove(*await _roles([role_code]))
    users_changed([user_id])


async def _roles(codes: list[str]) -> list[Role]:
    roles = await Role.filter(role_code__in=codes)
    if missing := set(codes) - {role.role_code for role in roles}:
        raise Refusal(Code.NOT_FOUND, f"There is no role {', '.join(sorted(missing))}.")
    return roles

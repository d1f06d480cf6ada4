"""Who calls, in tests: one demo account for each role, and what an answer looks like in a snapshot."""

from dataclasses import asdict
from typing import Any

import httpx

from kernel.auth.tokens import issue_pair
from kernel.identity.models import Role, User

BY_ROLE = {
    "R_SUPER": "Soybean",
    "R_ADMIN": "Admin",
    "R_USER": "User",
    "R_HR_MANAGER": "hanmei",
    "R_HR_SPECIALIST": "liuqing",
    "R_DEPT_MGR": "zhouhang",
    "R_EMPLOYEE": "wangwei",
}
_SECRETS = {"token", "refreshToken", "rawPassword"}


async def authorization(role_or_name: str) -> dict[str, str]:
    """The header of the role's demo account, of somebody new for a role without one, or of the user of that name."""
    name = BY_ROLE.get(role_or_name, role_or_name)
    if (user := await User.get_or_none(user_name=name)) is None:
        role = await Role.get(role_code=role_or_name)
        user = await User.create(user_name=name, password_hash="nobody signs in with this")
        await user.roles.add(role)
    return {"Authorization": f"Bearer {issue_pair(user.id, user.token_version).access}"}


def shown(response: httpx.Response, events: list[object] | None = None) -> dict[str, Any]:
    """An answer as a snapshot holds it: status, body and the events that were told; secrets only by name."""
    answer: dict[str, Any] = {"status": response.status_code, "body": _without_secrets(response.json())}
    if events is not None:
        answer["events"] = [{type(event).__name__: asdict(event)} for event in events]  # pyright: ignore[reportArgumentType]  a dataclass
    return answer


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, dict):
        return {key: f"<{key}>" if key in _SECRETS and item else _without_secrets(item) for key, item in value.items()}
    return value

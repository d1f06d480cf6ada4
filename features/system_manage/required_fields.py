"""The fields whose absence has a code of its own."""

from collections.abc import Mapping

from kernel import Code, Refusal

_CODES = {
    "user_name": Code.USERNAME_REQUIRED,
    "by_user_role_code_list": Code.USER_ROLE_REQUIRED,
    "role_name": Code.ROLE_NAME_REQUIRED,
    "role_code": Code.ROLE_CODE_REQUIRED,
}


def ensure_given(fields: Mapping[str, object]) -> None:
    """Raise Refusal 2601, 2603, 2605 or 2606 for such a field that is there and holds nothing."""
    for name, code in _CODES.items():
        if name in fields and not fields[name]:
            raise Refusal(code)

"""Response codes: what a client branches on. One failure, one code, for good: clients know them.

A feature module declares its own in `codes.py`, as another `ResponseCode` enumeration, from 4000 upwards.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Self

from kernel.errors.operator import DeclarationError

FIRST_FEATURE_CODE = 4000


class ResponseCode(str, Enum):
    """A four-digit code and the sentence that goes with it when nobody has a better one."""

    message: str

    def __new__(cls, code: str, message: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.message = message
        return member


class Code(ResponseCode):
    SUCCESS = "0000", "OK"

    INTERNAL_ERROR = "1000", "Something went wrong on our side. The request id leads to the log."
    ROUTE_NOT_FOUND = "1001", "There is nothing at this URL."
    METHOD_NOT_ALLOWED = "1002", "This URL does not answer to this method."
    PAYLOAD_TOO_LARGE = "1003", "The request body is too large."
    SERVICE_UNAVAILABLE = "1004", "A service that this needs is down. Try again later."
    UNSUPPORTED_MEDIA_TYPE = "1005", "The request body must be JSON, with Content-Type: application/json."
    REQUEST_TIMEOUT = "1006", "The request body came too slowly."

    INTEGRITY_ERROR = "1100", "The data contradicts what is stored already."
    NOT_FOUND = "1101", "There is no such record."
    REQUEST_VALIDATION = "1200", "The request is not valid."
    RESPONSE_VALIDATION = "1201", "The answer did not have the promised shape."

    INVALID_TOKEN = "2100", "The access token is missing or not valid. Sign in again."
    INVALID_SESSION = "2101", "The session does not exist any more. Sign in again."
    ACCOUNT_DISABLED = "2102", "This account is disabled."
    TOKEN_EXPIRED = "2103", "The access token has expired."
    REFRESH_TOKEN_MISSING = "2104", "The refresh token is missing."
    NOT_REFRESH_TOKEN = "2105", "This is not a refresh token."
    SESSION_INVALIDATED = "2106", "The session was ended. Sign in again."
    PASSWORD_CHANGE_REQUIRED = "2107", "Change your password first."

    API_DISABLED = "2200", "This function is switched off."
    PERMISSION_DENIED = "2201", "You lack the permission for this."
    MISSING_BUTTON_PERMISSION = "2202", "You lack a button permission for this."
    NEED_ANY_BUTTON_PERMISSION = "2203", "You need one of several button permissions for this."
    MISSING_ROLE = "2204", "You lack a role for this."
    NEED_ANY_ROLE = "2205", "You need one of several roles for this."
    SUPER_ADMIN_ONLY = "2206", "Only a super administrator may do this."
    USER_NO_ROLE = "2207", "Your account has no role that is in force. Ask an administrator."
    OUT_OF_SCOPE = "2208", "This record lies outside of your data scope."

    DUPLICATE_RESOURCE = "2300", "There is such a record already."
    DUPLICATE_ROLE_CODE = "2301", "There is a role with this code already."
    DUPLICATE_USER_EMAIL = "2302", "There is a user with this email address already."
    DUPLICATE_USER_PHONE = "2303", "There is a user with this phone number already."
    DUPLICATE_USER_NAME = "2304", "There is a user of this name already."
    DUPLICATE_MENU_ROUTE = "2305", "There is a menu with this route already."
    CONFLICT = "2306", "Someone else changed this meanwhile. Load it again."
    IN_USE = "2307", "Other records depend on this."

    FAIL = "2400", "This did not work."
    WRONG_CREDENTIALS = "2401", "The user name or the password is wrong."
    CAPTCHA_INVALID = "2402", "The code is wrong or has expired."
    CAPTCHA_SEND_FAILED = "2403", "The code could not be sent."
    PHONE_NOT_REGISTERED = "2404", "No account has this phone number."
    OLD_PASSWORD_WRONG = "2405", "The old password is wrong."
    TARGET_USER_NOT_FOUND = "2406", "There is no such user."
    STATE_TRANSITION_INVALID = "2407", "This step is not possible from the present state."
    LOGIN_LOCKED = "2408", "Too many failed sign-ins for this name. Try again in 15 minutes."
    PASSWORD_TOO_WEAK = "2409", "The password is too weak."

    RATE_LIMITED = "2500", "Too many requests. Slow down."
    IP_BANNED = "2501", "Requests from your address are refused for a while."
    ACCESS_DENIED = "2502", "Access denied."

    PARAM_REQUIRED = "2600", "A required value is missing."
    USERNAME_REQUIRED = "2601", "A user name is required."
    PASSWORD_REQUIRED = "2602", "A password is required."
    USER_ROLE_REQUIRED = "2603", "A user needs at least one role."
    USER_EMAIL_REQUIRED = "2604", "An email address is required."
    ROLE_NAME_REQUIRED = "2605", "A role name is required."
    ROLE_CODE_REQUIRED = "2606", "A role code is required."
    ROUTE_NAME_REQUIRED = "2607", "A route name is required."
    ROUTE_PATH_REQUIRED = "2608", "A route path is required."


DENIALS = frozenset(code for code in Code if code.value.startswith("22"))
"""What is told to a caller who is known and may not."""


def check_codes(enumerations: Iterable[type[ResponseCode]]) -> None:
    """Refuse feature codes under 4000 and codes that two enumerations claim. Raises DeclarationError that names them."""
    owners: dict[str, str] = {code.value: f"{type(code).__name__}.{code.name}" for code in Code}
    for enumeration in enumerations:
        for name, code in enumeration.__members__.items():
            claimant = f"{enumeration.__name__}.{name}"
            if not code.value.isdigit() or len(code.value) != 4 or int(code.value) < FIRST_FEATURE_CODE:
                raise DeclarationError(f"{claimant} = {code.value!r}: a feature's code has four digits, 4000 to 9999")
            if code.value in owners:
                raise DeclarationError(f"{claimant} and {owners[code.value]} both claim the code {code.value}")
            owners[code.value] = claimant

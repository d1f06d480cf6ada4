"""Response codes: those of the kernel are what clients know, and no two modules claim one."""

import pytest

from kernel.errors.codes import Code, ResponseCode, check_codes

KNOWN_TO_CLIENTS = """
    0000 SUCCESS
    1000 INTERNAL_ERROR · 1001 ROUTE_NOT_FOUND · 1002 METHOD_NOT_ALLOWED · 1003 PAYLOAD_TOO_LARGE
    1004 SERVICE_UNAVAILABLE · 1005 UNSUPPORTED_MEDIA_TYPE · 1006 REQUEST_TIMEOUT
    1100 INTEGRITY_ERROR · 1101 NOT_FOUND · 1200 REQUEST_VALIDATION · 1201 RESPONSE_VALIDATION
    2100 INVALID_TOKEN · 2101 INVALID_SESSION · 2102 ACCOUNT_DISABLED · 2103 TOKEN_EXPIRED · 2104 REFRESH_TOKEN_MISSING
    2105 NOT_REFRESH_TOKEN · 2106 SESSION_INVALIDATED · 2107 PASSWORD_CHANGE_REQUIRED
    2200 API_DISABLED · 2201 PERMISSION_DENIED · 2202 MISSING_BUTTON_PERMISSION · 2203 NEED_ANY_BUTTON_PERMISSION
    2204 MISSING_ROLE · 2205 NEED_ANY_ROLE · 2206 SUPER_ADMIN_ONLY · 2207 USER_NO_ROLE · 2208 OUT_OF_SCOPE
    2300 DUPLICATE_RESOURCE · 2301 DUPLICATE_ROLE_CODE · 2302 DUPLICATE_USER_EMAIL · 2303 DUPLICATE_USER_PHONE
    2304 DUPLICATE_USER_NAME · 2305 DUPLICATE_MENU_ROUTE · 2306 CONFLICT · 2307 IN_USE
    2400 FAIL · 2401 WRONG_CREDENTIALS · 2402 CAPTCHA_INVALID · 2403 CAPTCHA_SEND_FAILED · 2404 PHONE_NOT_REGISTERED
    2405 OLD_PASSWORD_WRONG · 2406 TARGET_USER_NOT_FOUND · 2407 STATE_TRANSITION_INVALID · 2408 LOGIN_LOCKED
    2409 PASSWORD_TOO_WEAK · 2500 RATE_LIMITED · 2501 IP_BANNED · 2502 ACCESS_DENIED
    2600 PARAM_REQUIRED · 2601 USERNAME_REQUIRED · 2602 PASSWORD_REQUIRED · 2603 USER_ROLE_REQUIRED
    2604 USER_EMAIL_REQUIRED · 2605 ROLE_NAME_REQUIRED · 2606 ROLE_CODE_REQUIRED · 2607 ROUTE_NAME_REQUIRED
    2608 ROUTE_PATH_REQUIRED
"""


class ShopCode(ResponseCode):
    SOLD_OUT = "4100", "There is none left."
    CLOSED = "4101", "Come back tomorrow."


def test_the_kernel_has_the_codes_of_the_contract() -> None:
    words = KNOWN_TO_CLIENTS.replace("·", " ").split()
    contract = dict(zip(words[1::2], words[::2], strict=True))
    assert {name: code.value for name, code in Code.__members__.items()} == contract


def test_a_code_is_its_digits_and_has_a_sentence() -> None:
    assert Code("1101") is Code.NOT_FOUND
    assert Code.NOT_FOUND == "1101"
    assert Code.NOT_FOUND.message == "There is no such record."
    assert all(code.message.endswith(".") for code in Code if code is not Code.SUCCESS)


def test_codes_of_several_modules_may_stand_side_by_side() -> None:
    class PostCode(ResponseCode):
        LOST = "4200", "It got lost."

    check_codes([ShopCode, PostCode])


def test_two_modules_that_claim_one_code_are_both_named() -> None:
    class PostCode(ResponseCode):
        LOST = "4101", "It got lost."

    with pytest.raises(ValueError, match=r"^PostCode\.LOST and ShopCode\.CLOSED both claim the code 4101$"):
        check_codes([ShopCode, PostCode])


@pytest.mark.parametrize("code", ["1101", "3999", "0000", "400", "40000", "4OOO", "-400", "", "4000 "])
def test_a_code_that_is_not_for_modules_is_refused(code: str) -> None:
    post = ResponseCode("PostCode", {"LOST": (code, "It got lost.")})  # pyright: ignore[reportCallIssue]  Enum's functional form
    with pytest.raises(ValueError, match=r"^PostCode\.LOST = .*: a feature's code has four digits, 4000 to 9999$"):
        check_codes([post])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("code", ["4000", "9999"])
def test_the_range_of_modules_begins_and_ends_where_the_contract_says(code: str) -> None:
    check_codes([ResponseCode("PostCode", {"LOST": (code, "It got lost.")})])  # pyright: ignore[reportCallIssue, reportArgumentType]

"""Accounts, as any feature may open them, and ask for them."""

import pytest
from tortoise.exceptions import DoesNotExist, IntegrityError

from kernel import Code, Gender, Refusal, Status, transaction
from kernel.identity.accounts import account_exists, account_names, grant_role, open_account, revoke_role
from kernel.identity.models import Role, User
from kernel.models.unique import duplicate_refusal
from tests.conftest import Counting

pytestmark = pytest.mark.usefixtures("app")


async def roles_of(user_id: int) -> set[str]:
    return {role.role_code for role in await Role.filter(users__id=user_id)}


async def open_ann(**values: object) -> int:
    async with transaction(__name__):
        return await open_account(**{"user_name": "ann", "password_hash": "a hash", "roles": ["R_USER"], **values})  # pyright: ignore[reportArgumentType]


async def code_of(**values: object) -> Code:
    """With what code a slice that opens such an account is answered."""
    with pytest.raises((Refusal, IntegrityError)) as refused:
        await open_ann(**values)
    refusal = refused.value if isinstance(refused.value, Refusal) else duplicate_refusal(refused.value)
    assert refusal
    assert isinstance(refusal.code, Code)
    return refusal.code


async def test_an_account_says_as_little_as_it_must() -> None:
    user = await User.get(id=await open_ann())
    assert (user.user_name, user.password_hash, user.must_change_password) == ("ann", "a hash", True)
    assert (user.nick_name, user.user_phone, user.user_email) == (None, None, None)
    assert (user.user_gender, user.status_type, user.token_version) == (Gender.UNKNOWN, Status.ENABLED, 0)
    assert user.last_login is None
    assert await roles_of(user.id) == {"R_USER"}


async def test_or_as_much_as_it_is_told() -> None:
    user_id = await open_ann(
        roles=["R_USER", "R_EMPLOYEE"],
        must_change_password=False,
        nick_name="Ann",
        gender=Gender.FEMALE,
        phone="12345",
        email="ann@example.com",
        status=Status.DISABLED,
    )
    user = await User.get(id=user_id)
    assert (user.nick_name, user.user_gender, user.user_phone, user.user_email) == (
        "Ann",
        Gender.FEMALE,
        "12345",
        "ann@example.com",
    )
    assert (user.status_type, user.must_change_password) == (Status.DISABLED, False)
    assert await roles_of(user_id) == {"R_USER", "R_EMPLOYEE"}


async def test_whoever_opens_their_own_is_named_by_it() -> None:
    """Nobody is signed in then; an account that nobody opened is one that the app made."""
    for opened_by in ("ann", None):
        user = await User.get(id=await open_ann(user_name=f"ann-{opened_by}", opened_by=opened_by))
        assert (user.created_by, user.updated_by) == (opened_by, opened_by)


@pytest.mark.parametrize("nothing", [None, ""])
async def test_nothing_is_not_taken_twice(nothing: str | None) -> None:
    """Many have no phone and no address; that makes them no duplicates of one another."""
    await open_ann(phone=nothing, email=nothing)
    await open_ann(user_name="bob", phone=nothing, email=nothing)
    assert await User.filter(user_name__in=["ann", "bob"], user_phone=None, user_email=None).count() == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"user_name": "ann"}, Code.DUPLICATE_USER_NAME),
        ({"user_name": "ANN"}, Code.DUPLICATE_USER_NAME),
        ({"phone": "12345"}, Code.DUPLICATE_USER_PHONE),
        ({"email": "ann@example.com"}, Code.DUPLICATE_USER_EMAIL),
    ],
)
async def test_what_is_taken_is_refused(values: dict[str, str], code: Code) -> None:
    await open_ann(phone="12345", email="ann@example.com")
    assert await code_of(**{"user_name": "bob", **values}) is code
    assert not await User.filter(user_name="bob").exists()


async def test_an_unknown_role_is_named_and_no_account_opened() -> None:
    with pytest.raises(Refusal, match=r"There is no role R_NOBODY, R_NONE\.") as refused:
        await open_ann(roles=["R_USER", "R_NONE", "R_NOBODY"])
    assert refused.value.code is Code.NOT_FOUND
    assert not await User.filter(user_name="ann").exists()


async def test_a_role_is_held_once() -> None:
    user_id = await open_ann(roles=["R_USER", "R_USER"])
    async with transaction(__name__):
        await grant_role(user_id, "R_EMPLOYEE")
        await grant_role(user_id, "R_EMPLOYEE")
    assert await roles_of(user_id) == {"R_USER", "R_EMPLOYEE"}
    assert await Role.filter(users__id=user_id).count() == 2


async def test_a_role_is_taken_away() -> None:
    user_id = await open_ann(roles=["R_USER", "R_EMPLOYEE"])
    async with transaction(__name__):
        await revoke_role(user_id, "R_USER")
        await revoke_role(user_id, "R_USER")
    assert await roles_of(user_id) == {"R_EMPLOYEE"}


@pytest.mark.parametrize("change", [grant_role, revoke_role])
async def test_what_is_not_there_is_said(change: type) -> None:
    user_id = await open_ann()
    with pytest.raises(Refusal, match="There is no role R_NONE"):
        await change(user_id, "R_NONE")
    with pytest.raises(DoesNotExist):
        await change(user_id + 1, "R_USER")
    assert await roles_of(user_id) == {"R_USER"}


async def test_whether_there_is_one() -> None:
    user_id = await open_ann(status=Status.DISABLED)
    assert [await account_exists(each) for each in (user_id, user_id + 1, 0)] == [True, False, False]


async def test_what_to_call_them(counting: Counting) -> None:
    """In one statement, however many there are, and however often each is asked for."""
    ann = await open_ann(nick_name="Ann of Sales")
    bob = await open_ann(user_name="bob", status=Status.DISABLED)
    eve = await open_ann(user_name="eve", nick_name="")
    with counting() as cost:
        names = await account_names([ann, bob, eve, ann, eve + 1])
    assert (names, len(cost.statements)) == ({ann: "Ann of Sales", bob: "bob", eve: "eve"}, 1)
    assert await account_names([]) == {}

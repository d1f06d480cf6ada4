"""A user name and a password: whose are they? What a caller sees of it is in `tests/features/auth/test_login.py`."""

import pytest

from kernel import Status
from kernel.auth.credentials import _hash_of_stand_in, check_credentials, owner_of_phone
from kernel.errors.refusals import Refusal
from kernel.identity.models import User
from tests import database

pytestmark = pytest.mark.usefixtures("app")


async def test_the_user_whose_they_are() -> None:
    assert (await check_credentials("hanmei", "123456")).user_name == "hanmei"


@pytest.mark.parametrize(("user_name", "password"), [("hanmei", "wrong"), ("nobody", "123456"), ("HANMEI", "123456")])
async def test_nobodys(user_name: str, password: str) -> None:
    with pytest.raises(Refusal, match="2401"):
        await check_credentials(user_name, password)


async def test_whose_phone_it_is() -> None:
    hanmei = await User.get(user_name="hanmei")
    assert hanmei.user_phone
    assert (await owner_of_phone(hanmei.user_phone)).id == hanmei.id
    with pytest.raises(Refusal, match="2404"):
        await owner_of_phone(hanmei.user_phone + "0")
    await User.filter(id=hanmei.id).update(status_type=Status.DISABLED)
    with pytest.raises(Refusal, match="2102"):
        await owner_of_phone(hanmei.user_phone)


async def test_everybody_stands_in_for_some_name() -> None:
    """Also the first and the last, with gaps between the keys."""
    await User.filter(user_name="Admin").delete()
    for user in await User.all():
        await User.filter(id=user.id).update(password_hash=user.user_name)
    stand_ins = {await _hash_of_stand_in(f"nobody{number}") for number in range(800)}
    assert stand_ins == {user.user_name for user in await User.all()}


async def test_without_a_user_there_is_no_stand_in() -> None:
    await database.empty(User._meta.db_table)
    assert await _hash_of_stand_in("nobody") is None
    with pytest.raises(Refusal, match="2401"):
        await check_credentials("nobody", "123456")

"""The accounts that exist before anyone has signed in."""

import io

import pytest

from kernel.auth.passwords import verify_password
from kernel.errors.operator import StartupRefused
from kernel.identity.models import Role, User
from kernel.slices.discovery import discover
from kernel.startup.bootstrap import DEMO_ACCOUNTS, open_demo_accounts, open_first_admin
from kernel.startup.demo_accounts import end_demo_accounts
from kernel.startup.run import start_up
from tests.platform.kernel.conftest import Configure
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")


async def roles_of(name: str) -> set[str]:
    return {role.role_code for role in await Role.filter(users__user_name=name)}


async def super_admins() -> list[User]:
    return await User.filter(roles__role_code="R_SUPER").order_by("id")


@pytest.fixture
async def no_super_admin(app: object, configure: Configure) -> None:
    """An installation outside of demo mode in which nobody has signed in yet."""
    await User.filter(user_name__in=list(DEMO_ACCOUNTS)).delete()
    await end_demo_accounts()
    configure(APP_ENV="production", FIRST_ADMIN_PASSWORD=None)


async def test_in_demo_mode_there_are_four_with_a_password_that_everybody_knows() -> None:
    expected = {"Soybean": "R_SUPER", "Super": "R_SUPER", "Admin": "R_ADMIN", "User": "R_USER"}
    assert expected == DEMO_ACCOUNTS
    for name, role in expected.items():
        user = await User.get(user_name=name)
        assert await roles_of(name) == {role}
        assert await verify_password("123456", user.password_hash)
        assert not user.must_change_password


async def test_those_that_are_missing_are_opened_and_the_others_left_alone() -> None:
    await User.filter(user_name="Admin").delete()
    await User.filter(user_name="Super").update(password_hash="changed", nick_name="changed", must_change_password=True)
    before = await User.exclude(user_name="Admin").order_by("id").values()
    await open_demo_accounts()
    assert await User.exclude(user_name="Admin").order_by("id").values() == before
    assert await roles_of("Admin") == {"R_ADMIN"}


async def test_when_none_is_missing_nothing_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hash_nothing(_password: str) -> str:
        raise AssertionError("hashed")

    monkeypatch.setattr("kernel.auth.passwords.hash_password", hash_nothing)
    async with unchanged():
        await open_demo_accounts()


async def test_outside_of_demo_mode_there_is_one_with_a_password_that_is_printed_once(
    no_super_admin: None, capsys: pytest.CaptureFixture[str], log_lines: io.StringIO
) -> None:
    await start_up(discover())
    printed = capsys.readouterr()
    (user,) = await super_admins()
    password = printed.out.partition("password ")[2].split()[0]
    assert printed.out.split("\n")[1] == f"First super administrator: Soybean, password {password} (shown once)"
    assert printed.out.count(password) == 1
    assert len(password) == 16
    assert (user.user_name, user.must_change_password) == ("Soybean", True)
    assert await verify_password(password, user.password_hash)
    for place in (printed.err, log_lines.getvalue(), str(await User.all().values())):
        assert password not in place


async def test_or_with_the_one_that_the_operator_chose(no_super_admin: None, configure: Configure) -> None:
    configure(FIRST_ADMIN_PASSWORD="chosen beforehand")
    assert await open_first_admin() is None
    (user,) = await super_admins()
    assert user.must_change_password
    assert await verify_password("chosen beforehand", user.password_hash)


async def test_it_is_opened_once(no_super_admin: None) -> None:
    assert await open_first_admin()
    async with unchanged():
        assert await open_first_admin() is None


async def test_not_where_another_one_reigns(no_super_admin: None) -> None:
    ann = await User.create(user_name="ann", password_hash="x")
    await ann.roles.add(await Role.get(role_code="R_SUPER"))
    assert await open_first_admin() is None
    assert await super_admins() == [ann]


async def test_nobody_is_made_a_super_admin_who_was_none(no_super_admin: None) -> None:
    await User.create(user_name="Soybean", password_hash="x")
    with pytest.raises(StartupRefused, match="Nobody holds R_SUPER, and Soybean exists already"):
        await open_first_admin()
    assert await super_admins() == []


async def test_no_demo_account_is_opened_outside_of_demo_mode(no_super_admin: None) -> None:
    await start_up(discover())
    assert await User.filter(user_name__in=list(DEMO_ACCOUNTS)).values_list("user_name", flat=True) == ["Soybean"]

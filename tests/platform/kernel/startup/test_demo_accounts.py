"""The accounts of demo mode, where it is demo mode no more."""

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from kernel.auth.passwords import hash_password, verify_password
from kernel.errors.operator import SettingsError, StartupRefused
from kernel.identity.models import Role, User
from kernel.startup import demo_accounts
from kernel.startup.demo_accounts import end_demo_accounts, refuse_demo_accounts
from kernel.startup.run import refuse_unready_database
from tests.callers import Caller, authorization
from tests.platform.kernel.conftest import Configure
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")


async def refusal() -> str:
    with pytest.raises(StartupRefused) as refused:
        await refuse_unready_database()
    return str(refused.value)


async def named() -> list[str]:
    return (await refusal()).partition("is that of ")[2].partition(". Run")[0].split(", ")


async def replace_passwords(*but: str) -> None:
    """All but these have one of their own."""
    await User.exclude(user_name__in=but).update(password_hash=await hash_password("correct horse"))


async def test_production_names_every_account_in_one_sentence(configure: Configure) -> None:
    configure(APP_ENV="production")
    async with unchanged():
        message = await refusal()
    assert message.startswith(
        "APP_ENV=production: the password of demo mode, 123456, which everybody knows, is that of Soybean,"
    )
    assert message.endswith(". Run: just end-demo-accounts")
    assert len(message.splitlines()) == 1
    shown = [name.removesuffix(" (disabled)") for name in await named()]
    assert shown == await User.all().order_by("id").values_list("user_name", flat=True)


@pytest.mark.parametrize("env", ["demo", "development"])
async def test_elsewhere_they_are_wanted(env: str, configure: Configure) -> None:
    configure(APP_ENV=env)
    await refuse_unready_database()


async def test_whose_password_was_changed_is_not_named(configure: Configure) -> None:
    configure(APP_ENV="production")
    await replace_passwords("Super", "wangwei", "dengkai")
    assert await named() == ["Super", "dengkai (disabled)", "wangwei"]
    await replace_passwords("dengkai")  # has resigned; whoever takes them on again enables the account
    assert await named() == ["dengkai (disabled)"]
    await end_demo_accounts()
    await refuse_unready_database()


async def test_a_hash_of_another_cost_is_recognised(configure: Configure) -> None:
    configure(APP_ENV="production")
    await replace_passwords()
    await User.filter(user_name="Super").update(password_hash=PasswordHasher(2, 128, 1).hash("123456"))
    assert await named() == ["Super"]


async def test_each_hash_is_verified_once_and_those_of_accounts_that_people_opened_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The start of a large installation must not take minutes."""
    verified: list[str | None] = []

    async def seen(_password: str, stored: str | None) -> bool:
        verified.append(stored)
        return False

    monkeypatch.setattr(demo_accounts, "verify_password", seen)
    for number in range(30):
        await User.create(user_name=f"user{number}", password_hash=f"hash {number}", created_by="Soybean")
    await refuse_demo_accounts()
    demo = await User.filter(created_by=None).distinct().values_list("password_hash", flat=True)
    assert sorted(map(str, verified)) == sorted(map(str, demo))  # of the four, and of each module's seed


async def test_not_more_hashes_are_verified_than_a_start_has_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest, which are those of demo mode; and it is said."""
    monkeypatch.setattr(demo_accounts, "HASHES_AT_MOST", 3)
    for number in range(5):
        await User.create(user_name=f"user{number}", password_hash=f"hash {number}")
    hashes = len(set(await User.all().values_list("password_hash", flat=True)))
    with capture_logs() as logs, pytest.raises(StartupRefused, match="Soybean, Super"):
        await refuse_demo_accounts()
    assert [line["not_asked"] for line in logs] == [hashes - 3]


# --- their end


async def test_they_are_disabled_and_one_way_in_is_left(app: object, configure: Configure, client: Caller) -> None:
    session = await authorization("Super")
    resigned = await User.get(user_name="dengkai")
    accounts = await User.all().count()
    ended = await end_demo_accounts()
    assert (len(ended.user_names), ended.admin) == (accounts, "Soybean")
    assert ended.admin_password
    assert len(ended.admin_password) == 16
    assert ended.admin_password not in repr(ended)
    for user in await User.all():
        assert not await verify_password("123456", user.password_hash)
        assert (user.must_change_password, user.token_version) == (True, 1)
        assert (user.status_type == "1") is (user.user_name == "Soybean")
    assert (await client.get("/api/v1/auth/user-info", headers=session)).json()["code"] == "2102"
    answer = await client.call("auth.login", user_name="Soybean", password=ended.admin_password)
    assert answer.data["mustChangePassword"] is True
    await resigned.refresh_from_db()
    assert not await verify_password("123456", resigned.password_hash)  # a rehiring would have brought it back
    configure(APP_ENV="production")
    await refuse_unready_database()


async def test_where_another_super_administrator_is_left_none_of_them_stays() -> None:
    boss = await User.create(user_name="boss", password_hash=await hash_password("correct horse"), created_by="Soybean")
    await boss.roles.add(await Role.get(role_code="R_SUPER"))
    ended = await end_demo_accounts()
    assert ended.admin is ended.admin_password is None
    assert await User.filter(status_type="1").values_list("user_name", flat=True) == ["boss"]


async def test_a_disabled_one_is_no_way_in() -> None:
    boss = await User.create(user_name="boss", password_hash="x", created_by="Soybean", status_type="2")
    await boss.roles.add(await Role.get(role_code="R_SUPER"))
    assert (await end_demo_accounts()).admin == "Soybean"


async def test_a_second_time_there_is_nothing_to_do() -> None:
    await end_demo_accounts()
    async with unchanged():
        assert (await end_demo_accounts()).user_names == []


# --- the first password


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("1", "at least 8 characters"),
        ("aB3$" * 33, "at most 128 characters"),
        ("password", "common"),
        ("my-Soybean-1", "name"),
    ],
)
async def test_a_first_password_that_nobody_may_choose_is_refused(
    password: str, reason: str, configure: Configure
) -> None:
    configure(APP_ENV="development", FIRST_ADMIN_PASSWORD=password)
    with pytest.raises(SettingsError, match=reason) as refused:
        await refuse_unready_database()
    assert str(refused.value).startswith("FIRST_ADMIN_PASSWORD='***': The password is too ")
    assert len(str(refused.value).splitlines()) == 1

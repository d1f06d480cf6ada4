"""system_manage.users.update"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import EndReason, Role, Session, User
from tests.callers import Answer, Caller, as_snapshot, bearer
from tests.conftest import SignedIn
from tests.state import unchanged

CHANGES = {
    "userName": "lilei",
    "nickName": "Li Lei",
    "userGender": "1",
    "userPhone": "+86 138 1111 2222",
    "userEmail": "LiLei@tessera.example",
    "byUserRoleCodeList": ["R_USER", "R_ADMIN"],
}


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    updated = await update(admin, user, **CHANGES)
    found = await admin.call("system_manage.users.get", user_id=user.id)
    assert {"updated": as_snapshot(updated, events), "found": as_snapshot(found)} == snapshot


async def test_only_what_is_sent(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    await update(admin, user, userPhone="12345", userEmail="user@tessera.example", nickName="You")
    before = await row(user)
    await update(admin, user, userGender="2")
    assert await row(user) == before | {"user_gender": "2"}
    async with unchanged():
        assert (await update(admin, user)).code == "0000"


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "blank"])
async def test_what_may_be_cleared(nothing: str | None, signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    await update(admin, user, userPhone="12345", userEmail="user@tessera.example", nickName="You")
    await update(admin, user, userPhone=nothing, userEmail=nothing, nickName=nothing)
    changed = await User.get(id=user.id)
    assert (changed.user_phone, changed.user_email, changed.nick_name) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "nothing", "code"),
    [
        ("userName", None, "2601"),
        ("userName", "", "2601"),
        ("byUserRoleCodeList", None, "2603"),
        ("byUserRoleCodeList", [], "2603"),
    ],
)
async def test_what_may_not_be_cleared(field: str, nothing: object, code: str, signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    async with unchanged():
        assert (await update(admin, user, nickName="You", **{field: nothing})).code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"userName": "HanMei"}, "2304"),
        ({"userEmail": "hanmei@tessera.example"}, "2302"),
        ({"userPhone": "+86 (138) 0000-0001"}, "2303"),
        ({"byUserRoleCodeList": ["R_USER", "R_NOTHING"]}, "1101"),
        ({"byUserRoleCodeList": ["R_USER", "R_SUPER"]}, "2206"),
        ({"byUserRoleCodeList": ["R_USER", "R_HR_SPECIALIST"]}, "2201"),
        ({"password": "1234567"}, "2409"),
        ({"password": "lilei is my name", "userName": "lilei"}, "2409"),
        ({"password": "my name is User"}, "2409"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("limited_admin")
async def test_refused(changes: dict[str, Any], code: str, signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    async with unchanged():
        assert (await update(admin, user, **{"nickName": "You", "statusType": "2"} | changes)).code == code


@pytest.mark.parametrize(("name", "code"), [("Soybean", "2206"), ("hanmei", "2201"), (None, "1101")])
@pytest.mark.usefixtures("limited_admin")
async def test_whom_one_may_not_manage(name: str | None, code: str, signed_in: SignedIn) -> None:
    """A super administrator, somebody who holds more than oneself, nobody."""
    admin = await signed_in("R_ADMIN")
    user = await User.get(user_name=name) if name else User(id=999_999)
    async with unchanged():
        for changes in ({"nickName": "You"}, {"password": "correct horse"}, {"byUserRoleCodeList": ["R_USER"]}, {}):
            assert (await update(admin, user, **changes)).code == code


async def test_wrong_values(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    wrong = {
        "userName": "li lei",
        "nickName": "n" * 101,
        "userGender": None,
        "userPhone": "call me",
        "userEmail": "lilei",
        "statusType": None,
        "byUserRoleCodeList": "R_USER",
        "password": "p" * 129,
    }
    async with unchanged():
        answer = await update(admin, user, **wrong)
    assert (answer.code, sorted(set(answer.wrong_fields))) == ("1200", sorted(wrong))


async def test_a_new_password_must_be_changed_and_ends_the_sessions(signed_in: SignedIn, client: Caller) -> None:
    admin, caller = await signed_in("R_ADMIN"), await signed_in("User")
    user = await User.get(user_name="User")
    await caller.warm()
    assert (await update(admin, user, password="correct horse", nickName="You")).code == "0000"
    assert (await caller.call("auth.user_info")).code == "2106"
    assert (await client.call("auth.login", user_name="User", password="123456")).code == "2401"
    signed = await client.call("auth.login", user_name="User", password="correct horse")
    assert signed.data["mustChangePassword"] is True
    assert (await User.get(id=user.id)).nick_name == "You"
    assert (await Session.get(user_id=user.id, end_reason__isnull=False)).end_reason is EndReason.PASSWORD_CHANGED


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "blank"])
async def test_no_password_is_none(nothing: str | None, signed_in: SignedIn, client: Caller) -> None:
    """A form with a field for it sends it along, empty."""
    await update(await signed_in("R_ADMIN"), await User.get(user_name="User"), password=nothing, nickName="You")
    signed = await client.call("auth.login", user_name="User", password="123456")
    assert signed.data["mustChangePassword"] is False


async def test_who_is_renamed_signs_in_by_the_new_name(signed_in: SignedIn, client: Caller) -> None:
    admin, caller = await signed_in("R_ADMIN"), await signed_in("User")
    await caller.warm()
    await update(admin, await User.get(user_name="User"), userName="lilei")
    assert (await caller.call("auth.user_info")).data["userName"] == "lilei"
    assert (await client.call("auth.login", user_name="lilei", password="123456")).code == "0000"
    assert (await client.call("auth.login", user_name="User", password="123456")).code == "2401"
    taken = await update(admin, await User.get(user_name="Admin"), userName="LILEI")
    assert taken.code == "2304"


async def test_who_is_disabled_is_out_and_stays_out(signed_in: SignedIn, client: Caller) -> None:
    """Enabled again they sign in anew: no token from before works."""
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    tokens = (await client.call("auth.login", user_name="User", password="123456")).data
    caller = Caller(client._transport.app, bearer(tokens["token"]))  # pyright: ignore[reportAttributeAccessIssue]  httpx's transport of our app
    await caller.warm()
    await update(admin, user, statusType="2")
    assert (await caller.call("auth.user_info")).code == "2102"
    assert (await client.call("auth.login", user_name="User", password="123456")).code == "2102"
    assert (await Session.get(user_id=user.id)).end_reason is EndReason.ACCOUNT_DISABLED
    await update(admin, user, statusType="1")
    assert (await caller.call("auth.user_info")).code == "2106"
    assert (await client.call("auth.login", user_name="User", password="123456")).code == "0000"


async def test_the_same_status_ends_nothing(signed_in: SignedIn) -> None:
    admin, caller = await signed_in("R_ADMIN"), await signed_in("User")
    await update(admin, await User.get(user_name="User"), statusType="1")
    assert (await caller.call("auth.user_info")).code == "0000"


async def test_nobody_disables_themselves(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await update(admin, await User.get(user_name="Admin"), statusType="2")
    assert (answer.code, answer.body["msg"]) == (
        "2307",
        "You cannot disable your own account; ask another administrator.",
    )


async def test_one_super_administrator_remains(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    assert (await update(soybean, await User.get(user_name="Super"), byUserRoleCodeList=["R_USER"])).code == "0000"
    async with unchanged():
        mine = await User.get(user_name="Soybean")
        assert (await update(soybean, mine, byUserRoleCodeList=["R_USER"])).code == "2307"


async def test_super_administrators_who_disable_one_another_at_once(signed_in: SignedIn) -> None:
    """Each would leave one; together they would leave none."""
    names = ["Soybean", "Super", "Third"]
    third = await User.create(user_name="Third", password_hash="x")
    await third.roles.add(await Role.get(role_code="R_SUPER"))
    users = [await User.get(user_name=name) for name in names]
    callers = [await signed_in(name) for name in names]
    for caller in callers:
        await caller.warm()
    answers = await asyncio.gather(
        *(update(caller, users[(n + 1) % 3], statusType="2") for n, caller in enumerate(callers))
    )
    assert {answer.code for answer in answers} <= {"0000", "2307", "2102"}
    assert await User.filter(user_name__in=names, status_type="1").count() == 3 - len(
        [answer for answer in answers if answer.code == "0000"]
    )
    assert await User.filter(user_name__in=names, status_type="1").exists()


async def test_of_many_at_once_none_is_lost(signed_in: SignedIn) -> None:
    """Each writes the fields that it was sent; a session that is ended meanwhile stays ended."""
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    changes = [{"nickName": "You"}, {"userPhone": "12345"}, {"userEmail": "you@b.cd"}, {"userGender": "2"}]
    calls = [update(admin, user, **each) for each in changes]
    calls += [admin.call("system_manage.users.offline", user_id=user.id) for _ in range(3)]
    assert {answer.code for answer in await asyncio.gather(*calls)} == {"0000"}
    changed = await User.get(id=user.id)
    assert (changed.nick_name, changed.user_phone, changed.user_email) == ("You", "12345", "you@b.cd")
    assert (changed.user_gender, changed.token_version) == ("2", user.token_version + 3)


async def test_the_same_roles_given_many_times_at_once(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    lists = [["R_USER", "R_ADMIN"], ["R_ADMIN"]] * 4
    answers = await asyncio.gather(*(update(admin, user, byUserRoleCodeList=codes) for codes in lists))
    assert {answer.code for answer in answers} == {"0000"}
    codes = sorted([role.role_code for role in await user.roles])
    assert codes in (["R_ADMIN", "R_USER"], ["R_ADMIN"])


async def test_while_the_user_is_deleted(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await User.get(user_name="User")
    changes = [
        {"nickName": "You"},
        {"statusType": "2"},
        {"byUserRoleCodeList": ["R_ADMIN"]},
        {"password": "correct horse"},
    ]
    calls = [update(admin, user, **each) for each in changes]
    calls.insert(2, admin.call("system_manage.users.delete", user_id=user.id))
    answers = await asyncio.gather(*calls)
    assert answers[2].code == "0000"
    assert {answer.code for answer in answers} <= {"0000", "1101"}
    assert not await User.exists(id=user.id)


async def update(caller: Caller, user: User, **changes: object) -> Answer:
    return await caller.call("system_manage.users.update", user_id=user.id, **changes)


async def row(user: User) -> dict[str, Any]:
    (found,) = await User.filter(id=user.id).values()
    return found

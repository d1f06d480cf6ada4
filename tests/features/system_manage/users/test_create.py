"""system_manage.users.create"""

import asyncio
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Api, Role, User
from kernel.ids import kind_of
from tests.callers import BY_ROLE, Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged

NEW = {
    "userName": "lilei",
    "password": "correct horse",
    "byUserRoleCodeList": ["R_USER"],
    "nickName": "Li Lei",
    "userGender": "1",
    "userPhone": "+86 138 1111 2222",
    "userEmail": "lilei@tessera.example",
}
OPTIONAL = ("nickName", "userGender", "userPhone", "userEmail", "statusType")


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin = await signed_in("R_ADMIN")
    created = await create(admin)
    found = await admin.call("system_manage.users.get", user_id=created.data["createdId"])
    assert {"created": as_snapshot(created, events), "found": as_snapshot(found)} == snapshot


async def test_the_new_user_signs_in_and_must_change_the_password(signed_in: SignedIn, client: Caller) -> None:
    await create(await signed_in("R_ADMIN"))
    assert (await login(client)).data["mustChangePassword"] is True


@pytest.mark.parametrize(
    "nothing",
    [{}, dict.fromkeys(OPTIONAL), {"nickName": "", "userPhone": "", "userEmail": ""}],
    ids=["left out", "null", "blank"],
)
async def test_name_password_and_a_role_are_enough(signed_in: SignedIn, nothing: dict[str, object]) -> None:
    admin = await signed_in("R_ADMIN")
    enough = {name: NEW[name] for name in ("userName", "password", "byUserRoleCodeList")}
    created = await admin.call("system_manage.users.create", **enough | nothing)
    user = await User.get(id=kind_of(User).decode(created.data["createdId"]))
    assert (user.nick_name, user.user_phone, user.user_email, user.user_gender) == (None, None, None, "3")
    assert user.status_type == Status.ENABLED


async def test_created_disabled(signed_in: SignedIn, client: Caller) -> None:
    await create(await signed_in("R_ADMIN"), statusType="2")
    assert (await login(client)).code == "2102"


async def test_several_roles_each_once(signed_in: SignedIn) -> None:
    await create(await signed_in("R_SUPER"), byUserRoleCodeList=["R_USER", "R_ADMIN", "R_USER"])
    user = await User.get(user_name="lilei")
    assert sorted([role.role_code for role in await user.roles]) == ["R_ADMIN", "R_USER"]


async def test_what_a_client_may_not_say_is_ignored(signed_in: SignedIn) -> None:
    said = {"id": "0", "passwordHash": "known", "mustChangePassword": False, "tokenVersion": 7, "createdBy": "Soybean"}
    await create(await signed_in("R_ADMIN"), **said, lastLogin=1)
    user = await User.get(user_name="lilei")
    assert (user.must_change_password, user.token_version, user.created_by) == (True, 0, "Admin")
    assert user.last_login is None
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("field", "code"), [("userName", "2601"), ("password", "2602"), ("byUserRoleCodeList", "2603")]
)
async def test_each_required_field_has_a_code(signed_in: SignedIn, field: str, code: str) -> None:
    admin = await signed_in("R_ADMIN")
    left_out = {name: value for name, value in NEW.items() if name != field}
    async with unchanged():
        for body in (left_out, NEW | {field: None}, NEW | {field: [] if code == "2603" else ""}):
            assert (await admin.call("system_manage.users.create", **body)).code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"userName": "hanmei"}, "2304"),
        ({"userName": "SOYBEAN"}, "2304"),
        ({"userEmail": " HanMei@Tessera.Example "}, "2302"),
        ({"userPhone": "+86 (138) 0000-0001"}, "2303"),
        ({"byUserRoleCodeList": ["R_USER", "R_NOTHING"]}, "1101"),
        ({"byUserRoleCodeList": ["R_USER", "R_SUPER"]}, "2206"),
        ({"password": "1234567"}, "2409"),
        ({"password": "LILEI is my name"}, "2409"),
        ({"password": "MERCEDE1"}, "2409"),
    ],
    ids=str,
)
async def test_refused(signed_in: SignedIn, changes: dict[str, Any], code: str) -> None:
    """What somebody else has, also in another spelling; a role that is not, or that one may not grant; a weak password."""
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await create(admin, **changes)).code == code


async def test_a_super_admin_grants_the_super_role(signed_in: SignedIn) -> None:
    assert (await create(await signed_in("R_SUPER"), byUserRoleCodeList=["R_SUPER"])).code == "0000"


GRANTABLE = {
    "R_SUPER": {"R_SUPER", "R_ADMIN", "R_USER", "R_HR_MANAGER", "R_HR_SPECIALIST", "R_DEPT_MGR", "R_EMPLOYEE"},
    "R_ADMIN": {"R_ADMIN", "R_USER", "R_HR_MANAGER", "R_HR_SPECIALIST", "R_DEPT_MGR", "R_EMPLOYEE"},
    "R_USER": {"R_USER"},
    "R_HR_MANAGER": {"R_USER", "R_HR_MANAGER", "R_HR_SPECIALIST", "R_DEPT_MGR", "R_EMPLOYEE"},
    "R_HR_SPECIALIST": {"R_USER", "R_HR_SPECIALIST", "R_EMPLOYEE"},
    "R_DEPT_MGR": {"R_USER", "R_DEPT_MGR", "R_EMPLOYEE"},
    "R_EMPLOYEE": {"R_USER", "R_EMPLOYEE"},
}


@pytest.mark.parametrize("holder", GRANTABLE)
async def test_no_one_grants_more_than_they_hold(holder: str, signed_in: SignedIn) -> None:
    """Whoever may create users at all gives them roles that grant no more than their own."""
    creators = await Role.create(role_name="Creators", role_code="R_CREATORS")
    await creators.apis.add(await Api.get(route_key="system_manage.users.create"))
    await creators.users.add(await User.get(user_name=BY_ROLE[holder]))  # pyright: ignore[reportAttributeAccessIssue]  the other side of a relation
    caller = await signed_in(holder)
    answers = {
        role: await create(
            caller, userName=f"new_{role}", byUserRoleCodeList=["R_USER", role], userEmail=None, userPhone=None
        )
        for role in GRANTABLE
    }
    assert {role for role, answer in answers.items() if answer.code == "0000"} == GRANTABLE[holder]
    refused = {role: answer.code for role, answer in answers.items() if answer.code != "0000"}
    assert refused == {role: "2206" if role == "R_SUPER" else "2201" for role in GRANTABLE.keys() - GRANTABLE[holder]}
    assert not await User.filter(user_name__in=[f"new_{role}" for role in refused]).exists()


@pytest.mark.usefixtures("limited_admin")
async def test_the_refusal_names_the_role_and_what_exceeds(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await create(admin, byUserRoleCodeList=["R_USER", "R_HR_SPECIALIST"])
    named = (
        "hr.departments.get, hr.departments.search, hr.departments.stats, hr.departments.tree, hr.employees.get and "
    )
    assert answer.body["msg"].startswith(
        f"You may not grant R_HR_SPECIALIST, which holds what you do not hold: {named}"
    )


async def test_wrong_values(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    wrong = {
        "userName": "li lei",
        "password": "p" * 129,
        "byUserRoleCodeList": "R_USER",
        "nickName": "n" * 101,
        "userGender": "4",
        "userPhone": "call me",
        "userEmail": "lilei",
        "statusType": "3",
    }
    async with unchanged():
        answer = await create(admin, **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def test_of_many_at_once_with_names_that_differ_in_case_one_is_created(signed_in: SignedIn) -> None:
    """The database decides: a look beforehand sees nobody of the name, and then all of them come."""
    admin = await signed_in("R_ADMIN")
    alike = ["lilei", "LILEI", "LiLei", "liLEI", "Lilei", "lIlEi", "LIlei", "liLei", "LILei", "lilEI"] * 2
    answers = await asyncio.gather(*(create(admin, userName=name, userEmail=None, userPhone=None) for name in alike))
    assert sorted(answer.code for answer in answers) == ["0000"] + ["2304"] * 19
    assert await User.filter(user_name__in=alike).count() == 1


async def test_of_many_at_once_with_one_address_one_is_created(signed_in: SignedIn) -> None:
    """However it is written: with capitals, or with a letter and its accent apart."""
    admin = await signed_in("R_ADMIN")
    addresses = ["\u00e9va@b.cd", "E\u0301va@b.cd", "\u00c9VA@b.cd", "e\u0301va@B.CD"]
    answers = await asyncio.gather(
        *(create(admin, userName=f"eva{n}", userEmail=each, userPhone=None) for n, each in enumerate(addresses))
    )
    assert sorted(answer.code for answer in answers) == ["0000", "2302", "2302", "2302"]


async def create(caller: Caller, **changes: object) -> Answer:
    return await caller.call("system_manage.users.create", **NEW | changes)


async def login(client: Caller) -> Answer:
    return await client.call("auth.login", user_name="lilei", password="correct horse")

"""hr.employees.update"""

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import clock
from kernel.identity.models import Api, Button, Role, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    """The account learns of name, address and phone number, and its owner on the next request."""
    hanmei, wangwei = await signed_in("R_HR_MANAGER"), await signed_in("wangwei")
    changes = {"name": " Wang Da ", "email": "DA@tessera.example", "phone": "+86 (138) 1", "position": "Architect"}
    assert as_snapshot(await update(hanmei, "Wang Wei", **changes), events) == snapshot
    employee = await Employee.get(name="Wang Da").select_related("user")
    assert (employee.email, employee.phone, employee.position) == ("da@tessera.example", "+861381", "Architect")
    assert employee.user
    assert (employee.user.user_name, employee.user.updated_by) == ("wangwei", "hanmei")
    info = (await wangwei.call("auth.user_info")).data
    assert (info["nickName"], info["userEmail"], info["userPhone"]) == ("Wang Da", employee.email, employee.phone)


async def test_changes_only_what_is_sent(signed_in: SignedIn):
    before, account = await rows("Wang Wei")
    later = NOW + timedelta(hours=1)
    with clock.frozen(later):
        hanmei = await signed_in("R_HR_MANAGER")
        await update(hanmei, "Wang Wei", position="Architect", status="resigned", userId="x", employeeNo="BOSS")
    after, account_after = await rows("Wang Wei")
    assert after == before | {"position": "Architect", "updated_by": "hanmei", "updated_at": later}
    assert account_after == account


async def test_nothing_new_changes_nothing(signed_in: SignedIn):
    """A form sends all fields, as they are."""
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        assert (await update(hanmei, "Wang Wei")).code == "0000"
        same = {"name": wang.name, "email": wang.email, "phone": wang.phone, "position": wang.position, "avatar": None}
        assert (await update(hanmei, "Wang Wei", **same)).code == "0000"


@pytest.mark.parametrize("nothing", [None, ""])
async def test_clears(nothing: str | None, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await update(hanmei, "Wang Wei", email=nothing, phone=nothing, position=nothing)).code == "0000"
    employee, account = await rows("Wang Wei")
    assert (employee["email"], employee["phone"], employee["position"]) == (None, None, None)
    assert (account["user_email"], account["user_phone"], account["nick_name"]) == (None, None, "Wang Wei")


@pytest.mark.parametrize("nothing", [None, ""])
async def test_the_picture_can_be_removed(nothing: str | None, signed_in: SignedIn, events: list[object]):
    await Employee.filter(name="Wang Wei").update(avatar="/static/avatars/1.webp")
    assert (await update(await signed_in("R_HR_SPECIALIST"), "Wang Wei", avatar=nothing)).code == "0000"
    assert ((await Employee.get(name="Wang Wei")).avatar, len(events)) == (None, 1)


async def test_an_account_that_says_something_else_is_told(signed_in: SignedIn, events: list[object]):
    """Its owner may change it; what HR sends counts, though it is no news to HR."""
    wang = await Employee.get(name="Wang Wei")
    await User.filter(id=wang.user_id).update(user_email="other@tessera.example")
    assert (await update(await signed_in("R_HR_MANAGER"), "Wang Wei", email=wang.email)).code == "0000"
    assert ((await User.get(id=wang.user_id)).user_email, events) == (wang.email, [])


async def test_who_has_no_account(signed_in: SignedIn, events: list[object]):
    await Employee.create(name="Nobody", department_id=(await Department.get(code="RD")).id)
    answer = await update(await signed_in("R_HR_SPECIALIST"), "Nobody", name="Somebody", email="linyan@tessera.example")
    assert (answer.code, len(events)) == ("0000", 1)
    assert await Employee.exists(name="Somebody", email="linyan@tessera.example")


@pytest.mark.parametrize(
    ("taken", "code"), [({"email": "Lina@tessera.example"}, "2302"), ({"phone": "+86 138 0000 0014"}, "2303")]
)
async def test_what_another_account_has(taken: dict[str, str], code: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await update(hanmei, "Wang Wei", name="New", **taken)).code == code


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "name": " ",
            "email": "wang.wei",
            "phone": "call me",
            "position": "x" * 101,
            "avatar": "https://elsewhere/x.png",
        },
        {"name": None, "avatar": 0},
    ],
)
async def test_wrong_values(wrong: dict[str, object], signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await update(hanmei, "Wang Wei", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


@pytest.mark.parametrize("field", [{"phone": "+4917000000"}, {"email": "mine@tessera.example"}, {"name": "Mine"}])
async def test_the_account_of_who_holds_more(field: dict[str, str], signed_in: SignedIn):
    """An account is recovered by its phone: whoever sets that has the account. What HR alone knows is HR's to change."""
    liuqing = await signed_in("R_HR_SPECIALIST")
    async with unchanged():
        answer = await update(liuqing, "Han Mei", position="Mine", **field)
    assert answer.code == "2201"
    assert answer.body["msg"].startswith("You may not manage hanmei, who holds what you do not hold: ")
    assert (await update(liuqing, "Han Mei", position="Head of everything")).code == "0000"
    assert (await update(liuqing, "Liu Qing", **field)).code == "0000"


async def test_the_account_of_a_super_administrator(signed_in: SignedIn):
    await on_file("Soybean")
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await update(hanmei, "Soybean", phone="+4917000000")).code == "2206"


async def test_of_no_row(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await hanmei.call("hr.employees.update", employee_id=999_999, name="New")).code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.update"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_EDIT"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await update(zhouhang, "Dai Wen", name="New")).code == "2208"
    assert (await update(zhouhang, "Wang Wei", name="New")).code == "0000"


async def update(caller: Caller, name: str, /, **changes: object) -> Answer:
    employee = await Employee.get(name=name)
    return await caller.call("hr.employees.update", employee_id=employee.id, **changes)


async def rows(name: str) -> tuple[dict[str, object], dict[str, object]]:
    """The employee and the account."""
    (employee,) = await Employee.filter(name=name).values()
    (account,) = await User.filter(id=employee["user_id"]).values()
    return employee, account


async def on_file(user_name: str) -> Employee:
    user, rd = await User.get(user_name=user_name), await Department.get(code="RD")
    return await Employee.create(name=user_name, user_id=user.id, department_id=rd.id)

"""hr.employees.onboard"""

import asyncio

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeOnboarded
from features.hr.models import Department, Employee, EmployeeStatus, EmployeeStatusLog, Tag
from kernel import Gender, Status
from kernel.identity.models import Api, Button, Role, User
from kernel.ids import public_id
from tests.callers import Answer, Caller, as_snapshot, bearer
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    answer = await onboard(
        hanmei,
        name=" Mei Li ",
        email="mei.li@tessera.example",
        phone="+86 138 0000 9999",
        position="Data engineer",
        user_gender="2",
        tag_ids=await tags("SQL", "Mentor", "SQL"),
    )
    assert as_snapshot(answer, events) == snapshot
    user = await User.get(user_name="meili").prefetch_related("roles")
    assert (user.nick_name, user.user_gender, user.status_type) == ("Mei Li", Gender.FEMALE, Status.ENABLED)
    assert (user.user_email, user.user_phone) == ("mei.li@tessera.example", "+8613800009999")
    assert (user.must_change_password, user.created_by) == (True, "hanmei")
    assert [role.role_code for role in user.roles] == ["R_EMPLOYEE"]
    employee = await Employee.get(user_id=user.id).prefetch_related("tags", "department")
    assert (employee.name, employee.email, employee.phone) == ("Mei Li", user.user_email, user.user_phone)
    assert (employee.position, employee.status) == ("Data engineer", EmployeeStatus.PROBATION)
    assert (employee.department.code, employee.created_by) == ("RD", "hanmei")
    assert sorted(tag.name for tag in employee.tags) == ["Mentor", "SQL"]
    first_step = await EmployeeStatusLog.get(employee_id=employee.id)
    assert (first_step.from_status, first_step.to_status) == (None, EmployeeStatus.PROBATION)
    assert (first_step.remark, first_step.created_by) == (None, "hanmei")
    assert answer.data["employeeNo"] == employee.employee_no
    assert (answer.data["employeeId"], answer.data["userId"]) == (
        public_id(Employee, employee.id),
        public_id(User, user.id),
    )


@pytest.mark.parametrize(
    "nothing",
    [
        {},
        {"email": None, "phone": None, "position": None, "user_gender": None, "tag_ids": None},
        {"email": "", "phone": "", "position": ""},
    ],
)
async def test_no_more_than_needed(nothing: dict[str, object], signed_in: SignedIn):
    """A form sends "" or null for what is left empty."""
    assert (await onboard(await signed_in("R_HR_SPECIALIST"), **nothing)).code == "0000"
    employee = await Employee.get(user__user_name="meili").select_related("user")
    assert employee.user
    assert (employee.user.user_email, employee.user.user_phone) == (None, None)
    assert employee.user.user_gender is Gender.UNKNOWN
    assert (employee.email, employee.phone, employee.position) == (None, None, None)


async def test_what_a_caller_may_not_say_is_ignored(signed_in: SignedIn):
    said = {"status": "active", "employeeNo": "BOSS", "rawPassword": "123456", "roles": ["R_SUPER"], "userId": "x"}
    answer = await onboard(await signed_in("R_HR_MANAGER"), **said)
    employee = await Employee.get(user__user_name="meili")
    assert (employee.status, employee.employee_no) == (EmployeeStatus.PROBATION, answer.data["employeeNo"])
    assert employee.employee_no != "BOSS"
    assert answer.data["rawPassword"] != "123456"
    assert [role.role_code for role in await Role.filter(users__user_name="meili")] == ["R_EMPLOYEE"]


async def test_the_newcomer_signs_in_and_has_to_change_the_password(signed_in: SignedIn, client: Caller):
    onboarded = (await onboard(await signed_in("R_HR_MANAGER"))).data
    session = (await client.call("auth.login", user_name="meili", password=onboarded["rawPassword"])).data
    assert session["mustChangePassword"] is True
    client.headers.update(bearer(session["token"]))
    assert (await client.call("auth.user_info")).data["userName"] == "meili"
    assert (await client.call("hr.employees.get", employee_id=onboarded["employeeId"])).code == "2107"


async def test_one_user_name_twenty_times_at_once(signed_in: SignedIn, events: list[object]):
    """One wins; of the others nothing is left behind."""
    users, employees = await people()
    hanmei, sql = await signed_in("R_HR_MANAGER"), await tags("SQL")
    answers = await asyncio.gather(*(onboard(hanmei, tag_ids=sql) for _ in range(20)))
    assert sorted(answer.code for answer in answers) == ["0000", *["2304"] * 19]
    assert await people() == (users + 1, employees + 1)
    assert [type(event) for event in events] == [EmployeeOnboarded]
    employee = await Employee.get(user__user_name="meili").prefetch_related("tags")
    assert employee.employee_no
    assert len(employee.tags) == 1


async def test_twenty_people_at_once(signed_in: SignedIn, events: list[object]):
    users, employees = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(*(onboard(hanmei, user_name=f"newcomer{number}") for number in range(20)))
    assert {answer.code for answer in answers} == {"0000"}
    assert len({answer.data["employeeNo"] for answer in answers}) == 20
    assert len({answer.data["rawPassword"] for answer in answers}) == 20
    assert await people() == (users + 20, employees + 20)
    assert len(events) == 20


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        ({"email": "wangwei@tessera.example"}, "2302"),
        ({"phone": "+86 138 0000 0013"}, "2303"),
        ({"user_name": "wangwei"}, "2304"),
    ],
)
async def test_what_another_account_has(taken: dict[str, str], code: str, signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await onboard(hanmei, **taken)).code == code


async def test_without_a_department(signed_in: SignedIn):
    """Or with one that takes nobody on."""
    await Department.filter(code="SA").update(status=Status.DISABLED)
    hanmei, disabled = await signed_in("R_HR_MANAGER"), await department("SA")
    async with unchanged():
        for nowhere in (None, disabled):
            assert (await onboard(hanmei, department_id=nowhere)).code == "4000"


async def test_in_a_department_that_is_not_there(signed_in: SignedIn):
    """Never was, or was deleted."""
    deleted = await department("SA")
    await Department.filter(code="SA").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for gone in (deleted, 999_999):
            assert (await onboard(hanmei, department_id=gone)).code == "1101"


async def test_where_the_caller_may_not(signed_in: SignedIn):
    """A department manager takes on people for the own department; who sees only themselves takes on nobody."""
    for code in ("R_DEPT_MGR", "R_EMPLOYEE"):
        role = await Role.get(role_code=code)
        await role.apis.add(await Api.get(route_key="hr.employees.onboard"))
        await role.buttons.add(await Button.get(button_code="B_HR_EMP_ONBOARD"))
    zhouhang, wangwei, sales = await signed_in("R_DEPT_MGR"), await signed_in("R_EMPLOYEE"), await department("SA")
    async with unchanged():
        assert (await onboard(zhouhang, department_id=sales)).code == "4002"
        assert (await onboard(wangwei)).code == "4002"
    assert (await onboard(zhouhang)).code == "0000"


async def test_as_many_tags_as_allowed_and_one_more(signed_in: SignedIn):
    ids = [tag.id for tag in await Tag.all().order_by("id")]
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await onboard(hanmei, tag_ids=ids[:11])).code == "4003"
    assert (await onboard(hanmei, tag_ids=[*ids[:10], ids[0]])).code == "0000"


async def test_with_a_tag_that_is_not_there(signed_in: SignedIn):
    """Found out after the account was opened; it is gone again."""
    hanmei, ids = await signed_in("R_HR_MANAGER"), [*await tags("SQL"), 999_999]
    async with unchanged():
        assert (await onboard(hanmei, tag_ids=ids)).code == "1101"


@pytest.mark.parametrize(
    "wrong",
    [
        {"userName": "mei li", "name": " ", "email": "mei.li", "phone": "call me", "position": "x" * 101},
        {"userName": None, "name": None, "userGender": "0", "tagIds": "SQL"},
    ],
)
async def test_wrong_values(wrong: dict[str, object], signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await hanmei.call("hr.employees.onboard", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def onboard(caller: Caller, **fields: object) -> Answer:
    """Take Mei Li on in Research and Development, unless told otherwise."""
    newcomer = {"user_name": "meili", "name": "Mei Li", "department_id": await department("RD")}
    return await caller.call("hr.employees.onboard", **newcomer | fields)


async def department(code: str) -> int:
    return (await Department.get(code=code)).id


async def tags(*names: str) -> list[int]:
    return [(await Tag.get(name=name)).id for name in names]


async def people() -> tuple[int, int]:
    """How many users there are, and how many employees."""
    return await User.all().count(), await Employee.with_deleted().count()

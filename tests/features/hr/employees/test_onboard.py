"""hr.employees.onboard"""

import asyncio
from typing import Any

import httpx
import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeOnboarded
from features.hr.models import Department, Employee, EmployeeStatus, Tag
from kernel import Gender, Status
from kernel.identity.models import Api, Button, Role, User
from kernel.ids import encode
from tests.callers import shown
from tests.conftest import SignedIn

URL = "/api/v1/business/hr/employees"


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.post(
        URL,
        json={
            "userName": "meili",
            "name": " Mei Li ",
            "departmentId": await department("RD"),
            "email": "mei.li@tessera.example",
            "phone": "+86 138 0000 9999",
            "position": "Data engineer",
            "userGender": "2",
            "tagIds": await tags("SQL", "Mentor", "SQL"),
        },
    )
    assert shown(response, events) == snapshot
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
    data = response.json()["data"]
    assert data["employeeNo"] == employee.employee_no
    assert (data["employeeId"], data["userId"]) == (encode(employee.id), encode(user.id))


async def test_no_more_than_needed(signed_in: SignedIn):
    """A form sends "" or null for what is left empty; so can two people have no phone and no email."""
    specialist = await signed_in("R_HR_SPECIALIST")
    for user_name in ("meili", "haoran"):
        nothing = {"email": None, "phone": None, "position": None, "userGender": None, "tagIds": None}
        blank = {"email": "", "phone": "", "position": ""} if user_name == "meili" else nothing
        assert (await specialist.post(URL, json=await newcomer(userName=user_name) | blank)).json()["code"] == "0000"
        user = await User.get(user_name=user_name)
        assert (user.user_email, user.user_phone, user.user_gender) == (None, None, Gender.UNKNOWN)
        employee = await Employee.get(user_id=user.id)
        assert (employee.email, employee.phone, employee.position) == (None, None, None)


async def test_one_mailbox_and_one_phone_however_they_are_written(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    first = {"email": "Mei.Li@Tessera.example", "phone": "+86 (138) 0000-9999"}
    assert (await hanmei.post(URL, json=await newcomer() | first)).json()["code"] == "0000"
    mailbox = await newcomer(userName="haoran") | {"email": "mei.li@tessera.EXAMPLE"}
    assert (await hanmei.post(URL, json=mailbox)).json()["code"] == "2302"
    phone = await newcomer(userName="haoran") | {"phone": "+8613800009999"}
    assert (await hanmei.post(URL, json=phone)).json()["code"] == "2303"


async def test_unknown_fields_are_ignored(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    extra = {"status": "active", "employeeNo": "BOSS", "rawPassword": "123456", "roles": ["R_SUPER"], "userId": "x"}
    answer = (await hanmei.post(URL, json=await newcomer() | extra)).json()
    employee = await Employee.get(user__user_name="meili")
    assert (employee.status, employee.employee_no) == (EmployeeStatus.PROBATION, answer["data"]["employeeNo"])
    assert employee.employee_no != "BOSS"
    assert answer["data"]["rawPassword"] != "123456"
    assert [role.role_code for role in await Role.filter(users__user_name="meili")] == ["R_EMPLOYEE"]


async def test_the_newcomer_signs_in_and_has_to_change_the_password(signed_in: SignedIn, client: httpx.AsyncClient):
    hanmei = await signed_in("R_HR_MANAGER")
    onboarded = (await hanmei.post(URL, json=await newcomer())).json()["data"]
    credentials = {"userName": "meili", "password": onboarded["rawPassword"]}
    session = (await client.post("/api/v1/auth/login", json=credentials)).json()["data"]
    assert session["mustChangePassword"] is True
    client.headers["Authorization"] = f"Bearer {session['token']}"
    assert (await client.get("/api/v1/auth/user-info")).json()["data"]["userName"] == "meili"
    assert (await client.get(f"{URL}/{onboarded['employeeId']}")).json()["code"] == "2107"
    assert (await client.post(f"{URL}/search", json={})).json()["code"] == "2107"


async def test_one_user_name_twenty_times_at_once(signed_in: SignedIn, events: list[object]):
    """One wins; of the others nothing is left behind."""
    users, employees = await people()
    hanmei, body = await signed_in("R_HR_MANAGER"), await newcomer(tagIds=await tags("SQL"))
    answers = await asyncio.gather(*(hanmei.post(URL, json=body) for _ in range(20)))
    assert sorted(answer.json()["code"] for answer in answers) == ["0000", *["2304"] * 19]
    assert await people() == (users + 1, employees + 1)
    assert [type(event) for event in events] == [EmployeeOnboarded]
    employee = await Employee.get(user__user_name="meili").prefetch_related("tags")
    assert employee.employee_no
    assert len(employee.tags) == 1


async def test_twenty_people_at_once(signed_in: SignedIn, events: list[object]):
    users, employees = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    bodies = [await newcomer(userName=f"newcomer{number}") for number in range(20)]
    answers = [answer.json() for answer in await asyncio.gather(*(hanmei.post(URL, json=body) for body in bodies))]
    assert {answer["code"] for answer in answers} == {"0000"}
    assert len({answer["data"]["employeeNo"] for answer in answers}) == 20
    assert len({answer["data"]["rawPassword"] for answer in answers}) == 20
    assert await people() == (users + 20, employees + 20)
    assert len(events) == 20


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "wangwei@tessera.example", "2302"),
        ("phone", "+86 138 0000 0013", "2303"),
        ("userName", "wangwei", "2304"),
        ("userName", "Soybean", "2304"),
    ],
)
async def test_what_another_account_has(field: str, value: str, code: str, signed_in: SignedIn, events: list[object]):
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=await newcomer(**{field: value}))).json()["code"] == code
    assert (await people(), events) == (before, [])


@pytest.mark.parametrize("nowhere", [{}, {"departmentId": None}])
async def test_without_a_department(nowhere: dict[str, Any], signed_in: SignedIn, events: list[object]):
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    body = {"userName": "meili", "name": "Mei Li", **nowhere}
    assert (await hanmei.post(URL, json=body)).json()["code"] == "4000"
    assert (await people(), events) == (before, [])


async def test_in_a_disabled_department(signed_in: SignedIn, events: list[object]):
    await Department.filter(code="RD").update(status=Status.DISABLED)
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=await newcomer())).json()["code"] == "4000"
    assert (await people(), events) == (before, [])


async def test_in_a_department_that_is_not_there(signed_in: SignedIn, events: list[object]):
    deleted = await newcomer()
    await Department.filter(code="RD").delete()
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    for body in (deleted, deleted | {"departmentId": encode(999_999)}):
        assert (await hanmei.post(URL, json=body)).json()["code"] == "1101"
    assert (await people(), events) == (before, [])


async def test_where_the_caller_may_not(signed_in: SignedIn, events: list[object]):
    """A department manager takes on people for the own department; who sees only themselves takes on nobody."""
    await grant("R_DEPT_MGR")
    await grant("R_EMPLOYEE")
    before = await people()
    zhouhang, wangwei = await signed_in("R_DEPT_MGR"), await signed_in("R_EMPLOYEE")
    sales = await newcomer(departmentId=await department("SA"))
    assert (await zhouhang.post(URL, json=sales)).json()["code"] == "4002"
    assert (await wangwei.post(URL, json=await newcomer())).json()["code"] == "4002"
    assert (await people(), events) == (before, [])
    assert (await zhouhang.post(URL, json=await newcomer())).json()["code"] == "0000"


async def test_as_many_tags_as_allowed_and_one_more(signed_in: SignedIn, events: list[object]):
    ids = [encode(tag.id) for tag in await Tag.all().order_by("id")]
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await hanmei.post(URL, json=await newcomer(tagIds=ids[:11]))).json()["code"] == "4003"
    assert (await people(), events) == (before, [])
    assert (await hanmei.post(URL, json=await newcomer(tagIds=[*ids[:10], ids[0]]))).json()["code"] == "0000"


async def test_with_a_tag_that_is_not_there(signed_in: SignedIn, events: list[object]):
    """Found out after the account was opened; it is gone again."""
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    body = await newcomer(tagIds=[*await tags("SQL"), encode(999_999)])
    assert (await hanmei.post(URL, json=body)).json()["code"] == "1101"
    assert (await people(), events) == (before, [])
    assert not await User.exists(user_name="meili")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userName", None),
        ("userName", "m"),
        ("userName", "mei li"),
        ("userName", "meili\n"),
        ("userName", "mëili"),
        ("userName", "x" * 65),
        ("name", None),
        ("name", "  "),
        ("name", "x" * 101),
        ("name", "Mei\0Li"),
        ("departmentId", 3),
        ("departmentId", "not-an-id"),
        ("email", "mei.li"),
        ("email", "mei li@tessera.example"),
        ("phone", "call me"),
        ("phone", "1"),
        ("position", "x" * 101),
        ("userGender", "0"),
        ("tagIds", "SQL"),
        ("tagIds", [1]),
    ],
)
async def test_a_wrong_value(field: str, value: object, signed_in: SignedIn, events: list[object]):
    before = await people()
    hanmei = await signed_in("R_HR_MANAGER")
    answer = (await hanmei.post(URL, json=await newcomer() | {field: value})).json()
    assert (answer["code"], len(answer["data"]["errors"])) == ("1200", 1)
    assert answer["data"]["errors"][0]["field"].partition(".")[0] in (field, "body")
    assert (await people(), events) == (before, [])


async def test_without_permission(signed_in: SignedIn, client: httpx.AsyncClient, events: list[object]):
    before, body = await people(), await newcomer()
    user = await signed_in("R_USER")
    assert (await client.post(URL, json=body)).json()["code"] == "2100"
    assert (await user.post(URL, json=body)).json()["code"] == "2201"
    await grant("R_USER", button=False)
    assert (await user.post(URL, json=body)).json()["code"] == "2202"
    assert (await people(), events) == (before, [])


async def newcomer(**fields: Any) -> dict[str, Any]:
    return {"userName": "meili", "name": "Mei Li", "departmentId": await department("RD"), **fields}


async def department(code: str) -> str:
    return encode((await Department.get(code=code)).id)


async def tags(*names: str) -> list[str]:
    return [encode((await Tag.get(name=name)).id) for name in names]


async def people() -> tuple[int, int]:
    """How many users there are, and how many employees."""
    return await User.all().count(), await Employee.with_deleted().count()


async def grant(role_code: str, *, button: bool = True) -> None:
    role = await Role.get(role_code=role_code)
    await role.apis.add(await Api.get(route_key="hr.employees.onboard"))
    if button:
        await role.buttons.add(await Button.get(button_code="B_HR_EMP_ONBOARD"))

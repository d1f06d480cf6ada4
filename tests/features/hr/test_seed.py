"""The demo company."""

import pytest

from features.hr.models import Department, Employee, EmployeeStatus, Tag
from features.hr.seed import DEMO_ACCOUNTS, generate_demo_rows, seed
from kernel import DEMO_PASSWORD, OperatorError, Status, transaction
from kernel.identity.models import User
from tests.callers import Caller, bearer
from tests.state import unchanged

pytestmark = pytest.mark.usefixtures("app")


async def test_the_company():
    assert await Department.all().count() == 6
    assert await Tag.all().count() == 12
    assert [await Employee.filter(status=status).count() for status in EmployeeStatus] == [9, 46, 5]
    assert await Department.filter(parent_id__isnull=True).values_list("code", flat=True) == ["HQ"]


async def test_every_employee_has_a_number_and_an_account_of_their_own():
    employees = await Employee.all().order_by("id").select_related("user")
    assert [each.employee_no for each in employees] == [f"E{number:06d}" for number in range(1, 61)]
    assert len({each.user_id for each in employees}) == 60
    for each in employees:
        assert each.user
        assert (each.name, each.email, each.phone) == (each.user.nick_name, each.user.user_email, each.user.user_phone)
        disabled = each.user.status_type is Status.DISABLED
        assert disabled == (each.status is EmployeeStatus.RESIGNED)


async def test_every_department_is_managed_by_one_of_its_own():
    for department in await Department.all().select_related("manager"):
        assert department.manager
        assert (department.manager.department_id, department.manager.status) == (department.id, EmployeeStatus.ACTIVE)


@pytest.mark.parametrize(
    ("user_name", "roles"),
    [
        ("hanmei", ["R_DEPT_MGR", "R_EMPLOYEE", "R_HR_MANAGER"]),
        ("liuqing", ["R_EMPLOYEE", "R_HR_SPECIALIST"]),
        ("zhouhang", ["R_DEPT_MGR", "R_EMPLOYEE"]),
        ("linyan", ["R_DEPT_MGR", "R_EMPLOYEE"]),
        ("wangwei", ["R_EMPLOYEE"]),
    ],
)
async def test_the_demo_accounts_sign_in(user_name: str, roles: list[str], client: Caller):
    assert user_name in DEMO_ACCOUNTS
    session = (await client.call("auth.login", user_name=user_name, password=DEMO_PASSWORD)).data
    assert session["mustChangePassword"] is False
    client.headers.update(bearer(session["token"]))
    assert sorted((await client.call("auth.user_info")).data["roles"]) == roles


async def test_who_has_resigned_does_not_sign_in(client: Caller):
    assert (await client.call("auth.login", user_name="dengkai", password=DEMO_PASSWORD)).code == "2102"


async def test_seeding_again_changes_nothing():
    async with unchanged(), transaction(__name__):
        await seed()


async def test_a_company_that_was_deleted_does_not_come_back():
    await Employee.all().delete()
    await Department.all().delete()
    async with unchanged(), transaction(__name__):
        await seed()


async def test_grow(monkeypatch: pytest.MonkeyPatch):
    """More employees in every department, with tags, without accounts; and with each call further ones."""
    monkeypatch.setattr("features.hr.seed._BATCH", 10)
    users, advances = await User.all().count(), list[int]()
    await generate_demo_rows(25, advances.append)
    await generate_demo_rows(5, advances.append)
    assert advances == [10, 10, 5, 5]
    added = await Employee.filter(employee_no__startswith="D").order_by("id").prefetch_related("tags")
    assert [each.employee_no for each in added] == [f"D{number:08d}" for number in range(1, 31)]
    assert len({each.email for each in added}) == 30
    assert len({each.department_id for each in added}) == 6
    assert {each.status for each in added} == set(EmployeeStatus)
    assert {len(each.tags) for each in added} == {2}
    assert (await User.all().count(), {each.user_id for each in added}) == (users, {None})


async def test_grow_gives_no_number_twice():
    await generate_demo_rows(3, lambda _added: None)
    await Employee.filter(employee_no="D00000003").delete()
    await generate_demo_rows(1, lambda _added: None)
    assert await Employee.filter(employee_no__startswith="D").order_by("id").values_list("employee_no", flat=True) == [
        "D00000001",
        "D00000002",
        "D00000004",
    ]


async def test_grow_without_a_company():
    await Department.all().delete()
    with pytest.raises(OperatorError, match="no department to put people into"):
        await generate_demo_rows(1, lambda _added: None)

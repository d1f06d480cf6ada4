"""hr.employees.get"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    assert as_snapshot(await hanmei.call("hr.employees.get", employee_id=wang.id), events) == snapshot


async def test_with_no_more_than_a_name(signed_in: SignedIn, snapshot: SnapshotAssertion):
    """No account, no tags, nothing that may be empty; and the department was deleted."""
    legal = await Department.create(name="Legal", code="LE")
    nobody = await Employee.create(name="Nobody", department_id=legal.id)
    await legal.delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await hanmei.call("hr.employees.get", employee_id=nobody.id)) == snapshot


@pytest.mark.parametrize(
    ("caller", "name", "code"),
    [
        ("R_DEPT_MGR", "Wang Wei", "0000"),
        ("R_DEPT_MGR", "Dai Wen", "1101"),
        ("R_EMPLOYEE", "Wang Wei", "0000"),
        ("R_EMPLOYEE", "Zhou Hang", "1101"),
        ("R_HR_SPECIALIST", "Dai Wen", "0000"),
        ("R_SUPER", "Dai Wen", "0000"),
    ],
)
async def test_data_scope(caller: str, name: str, code: str, signed_in: SignedIn):
    """Zhou Hang manages Wang Wei's department; Dai Wen works in another. A row out of reach is as one that is not."""
    colleague, employee = await signed_in(caller), await Employee.get(name=name)
    answer = await colleague.call("hr.employees.get", employee_id=employee.id)
    assert answer.code == code
    assert answer.data is None if code == "1101" else answer.data["name"] == name


async def test_costs_two_statements(signed_in: SignedIn, counting: Counting):
    """The row, its tags."""
    zhouhang, wang = await signed_in("R_DEPT_MGR"), await Employee.get(name="Wang Wei")
    await zhouhang.warm()
    with counting() as cost:
        await zhouhang.call("hr.employees.get", employee_id=wang.id)
    assert len(cost.statements) == 2

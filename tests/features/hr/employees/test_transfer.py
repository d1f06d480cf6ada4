"""hr.employees.transfer"""

from features.hr.models import Department, Employee
from kernel.ids import encode
from tests.callers import shown


async def test_success(signed_in, events, snapshot):
    employee = await Employee.get(name="Wang Wei")
    sales = await Department.get(code="SA")
    hanmei = await signed_in("R_HR_MANAGER")
    response = await hanmei.patch(
        f"/api/v1/business/hr/employees/{encode(employee.id)}/department", json={"departmentId": encode(sales.id)}
    )
    assert shown(response, events) == snapshot
    await employee.refresh_from_db()
    assert employee.department_id == sales.id

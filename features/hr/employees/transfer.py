"""Move an employee to another department."""

from features.hr.employment import facts_of, hand_over_departments, lock_for_move
from features.hr.events import EmployeeTransferred
from features.hr.models import Department, Employee
from kernel import Request, SqidId, Updated, emit, patch


class TransferEmployeeRequest(Request):
    department_id: SqidId[Department] | None = None
    new_manager_employee_id: SqidId[Employee] | None = None


@patch("/{employee_id}/department", button="B_HR_EMP_TRANSFER")
async def transfer(employee_id: SqidId[Employee], request: TransferEmployeeRequest) -> Updated[Employee]:
    """For a manager a successor is named (`newManagerEmployeeId`) in the departments that they leave behind; who names one
    needs the button B_HR_DEPT_MANAGER too.
    """
    employee = await lock_for_move(
        employee_id, department_id=request.department_id, successor_id=request.new_manager_employee_id
    )
    employee.ensure_at_work()
    department = await Department.open_for_staff(request.department_id)
    if department.id != employee.department_id:
        await department.ensure_may_add_staff()
        await hand_over_departments(employee, to=request.new_manager_employee_id)
        before = await facts_of(employee)
        employee.department_id = department.id
        await employee.save(update_fields=["department_id"])
        emit(
            EmployeeTransferred(
                **await facts_of(employee),
                from_department_id=before["department_id"],
                from_department_name=before["department_name"],
                from_manager_user_id=before["manager_user_id"],
            )
        )
    return Updated(updated_id=employee.id)

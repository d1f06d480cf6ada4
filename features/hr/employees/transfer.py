"""Move an employee to another department."""

from features.hr.employment import hand_over_departments, lock_for_move
from features.hr.events import EmployeeTransferred
from features.hr.models import Department, Employee, ensure_may_create_in
from kernel import Schema, SqidId, SqidPath, Success, Updated, emit, slice_router

router = slice_router()


class TransferEmployeeRequest(Schema):
    department_id: SqidId | None = None
    new_manager_employee_id: SqidId | None = None


@router.patch("/{employee_id}/department", button="B_HR_EMP_TRANSFER")
async def transfer(employee_id: SqidPath, request: TransferEmployeeRequest) -> Success[Updated]:
    """A manager names a successor (`newManagerEmployeeId`) for the departments that they leave behind."""
    employee = await Employee.for_update(employee_id)
    await lock_for_move(employee, department_id=request.department_id, successor_id=request.new_manager_employee_id)
    department = await Department.open_for_staff(request.department_id)
    if department.id != employee.department_id:
        await ensure_may_create_in(department)
        await hand_over_departments(employee, to=request.new_manager_employee_id)
        former, employee.department_id = employee.department_id, department.id
        await employee.save(update_fields=["department_id"])
        emit(EmployeeTransferred(employee_id=employee.id, from_department_id=former, to_department_id=department.id))
    return Success(data=Updated(updated_id=employee.id))

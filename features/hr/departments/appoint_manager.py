"""Make someone who works in a department its manager, or leave it without one."""

from features.hr.employment import appoint_manager, lock_for_appointment
from features.hr.models import Department, Employee
from kernel import Request, SqidId, Updated, patch


class AppointManagerRequest(Request):
    """`managerId` null: the department has no manager any more."""

    manager_id: SqidId[Employee] | None


@patch("/{department_id}/manager", button="B_HR_DEPT_MANAGER")
async def appoint(department_id: SqidId[Department], request: AppointManagerRequest) -> Updated[Department]:
    """They hold R_DEPT_MGR from now on, and whom they follow no longer, unless they manage another department."""
    people = await lock_for_appointment(request.manager_id, department_id)
    await appoint_manager(await Department.for_update(department_id), request.manager_id, people)
    return Updated(updated_id=department_id)

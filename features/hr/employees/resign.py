"""Let an employee go: their account is disabled, and every session of theirs is over."""

from typing import Annotated

from pydantic import StringConstraints

from features.hr.employment import hand_over_departments, lock_for_move, take_step
from features.hr.models import Employee, EmployeeStatus
from kernel import LongText, Request, SqidId, Updated, disable_account, post


class ResignEmployeeRequest(Request):
    remark: Annotated[LongText, StringConstraints(strip_whitespace=True, pattern=r"\S")]
    new_manager_employee_id: SqidId[Employee] | None = None


@post("/{employee_id}/resign", button="B_HR_EMP_RESIGN")
async def resign(employee_id: SqidId[Employee], request: ResignEmployeeRequest) -> Updated[Employee]:
    """A manager names a successor (`newManagerEmployeeId`), as in a transfer. The roles of the account stay, but for that of
    a manager; who may not manage the account (2201, 2206) lets nobody go.
    """
    employee = await lock_for_move(employee_id, successor_id=request.new_manager_employee_id)
    await hand_over_departments(employee, to=request.new_manager_employee_id)
    await take_step(employee, EmployeeStatus.RESIGNED, request.remark)
    if employee.user_id:
        await disable_account(employee.user_id)
    return Updated(updated_id=employee_id)

"""Who asks, as HR knows them: the employee whose account it is, the departments that they manage, and who works there."""

from tortoise.queryset import QuerySet

from features.hr.codes import HrCode
from features.hr.models import Department, Employee
from kernel import NotFound, Refusal, require_actor


async def own_employee(*, for_update: bool = False) -> Employee:
    """The employee whose account asks; locked to the end of the transaction `for_update`. Raises Refusal 4005 if it is no
    employee's.
    """
    own = Employee.unscoped().filter(user_id=require_actor().user_id)
    employee = await (own.select_for_update() if for_update else own).first()
    if employee is None:
        raise Refusal(HrCode.USER_NOT_EMPLOYEE)
    return employee


async def own_departments() -> list[Department]:
    """The departments that the caller manages, in their order, and nobody else's: neither those below them, nor those that
    their data scope reaches. Raises Refusal 4006 if they manage none.
    """
    departments = await Department.filter(Department.managed_by(require_actor())).order_by("order", "id")
    if not departments:
        raise Refusal(HrCode.MANAGER_ONLY)
    return departments


async def own_team() -> QuerySet[Employee]:
    """Everybody on file in the departments that the caller manages. Raises Refusal 4006."""
    return Employee.unscoped().filter(department_id__in=[department.id for department in await own_departments()])


async def member_for_update(employee_id: int) -> Employee:
    """Somebody of the caller's team, locked to the end of the transaction.

    Raises Refusal 4006, 1101 if there is no such employee, 4004 if they work elsewhere.
    """
    own_ids = {department.id for department in await own_departments()}
    employee = await Employee.unscoped().filter(id=employee_id).select_for_update().first()
    if employee is None:
        raise NotFound.of(Employee)
    if employee.department_id not in own_ids:
        raise Refusal(HrCode.EMPLOYEE_NOT_IN_DEPT)
    return employee

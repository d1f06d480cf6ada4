"""Rules of employment that several use cases share."""

from tortoise.expressions import Q

from features.hr.codes import HrCode
from features.hr.events import DepartmentManagerChanged
from features.hr.models import AT_WORK, Department, Employee
from kernel import Code, Refusal, emit, grant_role, revoke_role


async def lock_for_move(employee: Employee, *, department_id: int | None, successor_id: int | None) -> None:
    """Lock what the move of an employee, who is locked already, to another department will touch.

    First people, then departments by id, so that two moves seldom wait for one another. Two managers who name each
    other still may; then the database refuses one of them (2306).
    """
    if successor_id is not None:
        await Employee.filter(id=successor_id).select_for_update()
    touched = Department.filter(Q(id=department_id) | Q(manager_id=employee.id))
    await touched.order_by("id").select_for_update(no_key=True)


async def hand_over_departments(employee: Employee, *, to: int | None) -> None:
    """Give every department that the employee manages to another manager, before they leave it.

    Raises Refusal 4001 if `to` is None and there is something to hand over, 4008 if `to` does not work there.
    """
    managed = await Department.filter(manager_id=employee.id).order_by("id").select_for_update(no_key=True)
    if not managed:
        return
    if to is None:
        names = ", ".join(department.name for department in managed)
        raise Refusal(HrCode.MANAGER_REQUIRED, f"{employee.name} manages {names}; name a new manager.")
    # Locked, so that they do not leave the department at this moment.
    successor = await Employee.filter(id=to, status__in=AT_WORK).select_for_update().first()
    for department in managed:
        if successor is None or successor.id == employee.id or successor.department_id != department.id:
            raise Refusal(HrCode.MANAGER_INVALID, f"The new manager is not an active member of {department.name}.")
        department.manager_id = successor.id
        await department.save(update_fields=["manager_id"])
        if successor.user_id:
            await grant_role(successor.user_id, Department.MANAGER_ROLE)
        emit(
            DepartmentManagerChanged(
                department_id=department.id, former_manager_id=employee.id, new_manager_id=successor.id
            )
        )
    if employee.user_id:
        await revoke_role(employee.user_id, Department.MANAGER_ROLE)


async def refuse_departments_in_use(department_ids: list[int]) -> None:
    """Raise Refusal 2307 if someone is on file in one of them, or one outside of the list stands below one of them."""
    if await Employee.filter(department_id__in=department_ids).exists():
        raise Refusal(Code.IN_USE, "There are employees in this department; transfer or delete them first.")
    if await Department.filter(parent_id__in=department_ids).exclude(id__in=department_ids).exists():
        raise Refusal(Code.IN_USE, "There are departments below this one; move or delete them first.")

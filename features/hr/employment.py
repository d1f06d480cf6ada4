"""Rules of employment that several use cases share."""

from tortoise.expressions import Q

from features.hr.codes import HrCode
from features.hr.events import DepartmentManagerChanged, EmployeeUpdated
from features.hr.models import AT_WORK, Department, Employee
from kernel import Code, Refusal, emit, grant_role, require_actor, require_button, revoke_role


async def lock_for_move(employee: Employee, *, department_id: int | None, successor_id: int | None) -> None:
    """Lock what the move of an employee, who is locked already, to another department will touch.

    First people, then departments by id, so that two moves seldom wait for one another. Two managers who name each
    other still may; then the database refuses one of them (2306).
    """
    if successor_id is not None:
        await Employee.unscoped().filter(id=successor_id).select_for_update()
    touched = Department.filter(Q(id=department_id) | Q(manager_id=employee.id))
    await touched.order_by("id").select_for_update(no_key=True)


async def hand_over_departments(employee: Employee, *, to: int | None) -> None:
    """Give every department that the employee manages to another manager, before they leave it.

    Raises Refusal 4001 if `to` is None and there is something to hand over, 4008 if `to` does not work there, 2202 if the
    caller may not appoint managers.
    """
    managed = await Department.filter(manager_id=employee.id).order_by("id").select_for_update(no_key=True)
    if not managed:
        return
    if to is None:
        names = ", ".join(department.name for department in managed)
        raise Refusal(HrCode.MANAGER_REQUIRED, f"{employee.name} manages {names}; name a new manager.")
    await require_button(Department.MANAGER_BUTTON)
    # Locked, so that they do not leave the department at this moment.
    successor = await Employee.unscoped().filter(id=to).exclude(id=employee.id).select_for_update().first()
    for department in managed:
        await _appoint(department, successor)
    if employee.user_id:
        await revoke_role(employee.user_id, Department.MANAGER_ROLE)


async def appoint_manager(department_id: int, manager_id: int | None) -> None:
    """Make someone who works in the department its manager; None: it has none any more.

    Raises Refusal 2202 if the caller may not appoint managers, 1101, 4008, 2306 if someone else appoints one meanwhile.
    """
    people = await lock_for_appointment(department_id, manager_id)
    department = await Department.for_update(department_id)
    former_id = department.manager_id
    if manager_id == former_id:
        return
    if former_id is not None and former_id not in people:
        raise Refusal(Code.CONFLICT)
    await require_button(Department.MANAGER_BUTTON)
    if manager_id is None:
        await _save_manager(department, None)
    else:
        await _appoint(department, people.get(manager_id))
    former = people.get(former_id) if former_id else None
    if former and former.user_id and not await Department.filter(manager_id=former.id).exists():
        await revoke_role(former.user_id, Department.MANAGER_ROLE)


async def lock_for_appointment(department_id: int, manager_id: int | None) -> dict[int, Employee]:
    """Lock the manager at hand and the one to come, before the department is: whoever is moved is locked first, too."""
    managers = [each for (each,) in await Department.filter(id=department_id).values_list("manager_id")]
    wanted = [each for each in (*managers, manager_id) if each is not None]
    people = await Employee.unscoped().filter(id__in=wanted).order_by("id").select_for_update()
    return {employee.id: employee for employee in people}


async def _appoint(department: Department, manager: Employee | None) -> None:
    if manager is None or manager.status not in AT_WORK or manager.department_id != department.id:
        raise Refusal(HrCode.MANAGER_INVALID, f"The new manager is not an active member of {department.name}.")
    await _save_manager(department, manager)
    if manager.user_id:
        await grant_role(manager.user_id, Department.MANAGER_ROLE)


async def _save_manager(department: Department, manager: Employee | None) -> None:
    former = await Employee.unscoped().filter(id=department.manager_id).first() if department.manager_id else None
    department.manager_id = manager.id if manager else None
    await department.save(update_fields=["manager_id"])
    emit(
        DepartmentManagerChanged(
            department_id=department.id,
            department_name=department.name,
            former_manager_id=former and former.id,
            former_manager_user_id=former and former.user_id,
            new_manager_id=manager and manager.id,
            new_manager_name=manager and manager.name,
            new_manager_user_id=manager and manager.user_id,
        )
    )


async def refuse_departments_in_use(department_ids: list[int]) -> None:
    """Raise Refusal 2307 if someone is on file in one of them, or one outside of the list stands below one of them."""
    if await Employee.unscoped().filter(department_id__in=department_ids).exists():
        raise Refusal(Code.IN_USE, "There are employees in this department; transfer or delete them first.")
    if await Department.filter(parent_id__in=department_ids).exclude(id__in=department_ids).exists():
        raise Refusal(Code.IN_USE, "There are departments below this one; move or delete them first.")


async def own_employee_for_update() -> Employee:
    """The employee whom the caller's account belongs to, locked to the end of the transaction. Raises Refusal 4005."""
    employee = await Employee.unscoped().filter(user_id=require_actor().user_id).select_for_update().first()
    if employee is None:
        raise Refusal(HrCode.USER_NOT_EMPLOYEE)
    return employee


async def change_avatar(employee: Employee, url: str) -> None:
    """Make the uploaded image the picture of an employee, who is locked already, and tell of it."""
    await employee.set_avatar(url)
    emit(EmployeeUpdated(**employee.facts(await employee.department)))

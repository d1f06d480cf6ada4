"""Rules of employment that several use cases share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tortoise.expressions import Q

from features.hr.codes import HrCode
from features.hr.events import (
    DepartmentManagerChanged,
    EmployeeDeleted,
    EmployeeOnboarded,
    EmployeeRegularized,
    EmployeeRehired,
    EmployeeResigned,
    EmployeeUpdated,
)
from features.hr.models import AT_WORK, Department, Employee, EmployeeStatus, EmployeeStatusLog
from kernel import (
    Code,
    Refusal,
    discard_upload,
    emit,
    grant_role,
    require_actor,
    require_button,
    revoke_role,
    update_account,
)

_FACT_OF_A_STEP = {
    EmployeeStatus.ACTIVE: EmployeeRegularized,
    EmployeeStatus.RESIGNED: EmployeeResigned,
    EmployeeStatus.PROBATION: EmployeeRehired,
}
_ALSO_IN_THE_ACCOUNT = {"name": "nick_name", "email": "email", "phone": "phone"}


async def facts_of(employee: Employee) -> dict[str, Any]:
    """What every fact about this employee says, as things stand now."""
    departments = await _with_managers([employee.department_id])
    return employee.facts(departments[employee.department_id])


async def _with_managers(department_ids: Iterable[int]) -> dict[int, Department]:
    departments = await Department.filter(id__in=list(department_ids)).prefetch_related("manager")
    return {department.id: department for department in departments}


async def edit_employee(employee: Employee, changes: dict[str, Any]) -> None:
    """Change what is on file of an employee, who is locked, and what their account has of it too. A former picture goes.

    Raises Refusal 2201 or 2206 if the caller may not manage that account; IntegrityError for an address or a phone that
    another one has (2302, 2303).
    """
    mirrored: Any = {_ALSO_IN_THE_ACCOUNT[name]: changes[name] for name in changes if name in _ALSO_IN_THE_ACCOUNT}
    if employee.user_id and mirrored:
        await update_account(employee.user_id, **mirrored)
    differing = {name: value for name, value in changes.items() if getattr(employee, name) != value}
    if differing:
        former_avatar = employee.avatar if "avatar" in differing else None
        await employee.update_from_dict(differing).save(update_fields=list(differing))
        discard_upload(former_avatar)
        emit(EmployeeUpdated(**await facts_of(employee)))


async def take_on(employee: Employee) -> None:
    """Begin the employment of a new employee. It is logged, and told."""
    await EmployeeStatusLog.record(employee, None, employee.status)
    emit(EmployeeOnboarded(**await facts_of(employee)))


async def take_step(employee: Employee, to: EmployeeStatus, remark: str | None) -> None:
    """Take an employee, who is locked, a step on in their employment. It is logged, and told.

    Raises Refusal 4007, and 2201 for oneself: nobody decides on their own employment.
    """
    if employee.user_id == require_actor().user_id:
        raise Refusal(Code.PERMISSION_DENIED, "Nobody decides on their own employment; ask a colleague.")
    await Employee.lifecycle.move(employee, to, remark=remark)
    emit(_FACT_OF_A_STEP[to](**await facts_of(employee)))


async def delete_employees(employees: Sequence[Employee]) -> None:
    """Take employees, who are locked, off file, all or none. Raises Refusal 2307 for one who has not resigned."""
    if at_work := [employee.name for employee in employees if employee.status in AT_WORK]:
        raise Refusal(Code.IN_USE, f"Still employed: {', '.join(at_work[:5])}. They resign first.")
    departments = await _with_managers({employee.department_id for employee in employees})
    await Employee.unscoped().filter(id__in=[employee.id for employee in employees]).delete()
    for employee in employees:
        emit(EmployeeDeleted(**employee.facts(departments[employee.department_id])))


async def lock_for_move(
    employee_id: int, *, department_id: int | None = None, successor_id: int | None = None
) -> Employee:
    """The employee, locked together with what their move to another department, or out of the house, will touch.

    People come first, then departments, each by id, so that no two moves wait for one another. Raises what `for_update`
    does of the employee.
    """
    if successor_id is not None:
        both = Employee.unscoped().filter(id__in=[employee_id, successor_id])
        await both.order_by("id").select_for_update().only("id")
    employee = await Employee.for_update(employee_id)
    touched = Department.filter(Q(id=department_id) | Q(manager_id=employee.id))
    await touched.order_by("id").select_for_update(no_key=True)
    return employee


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


async def lock_for_appointment(manager_id: int | None, department_id: int | None = None) -> dict[int, Employee]:
    """The manager to come, and whom the department has, locked, by id.

    Before any department is: whoever is moved is locked first, too.
    """
    managed = Department.filter(id=department_id) if department_id is not None else None
    former = [each for (each,) in await managed.values_list("manager_id")] if managed else []
    wanted = [each for each in (manager_id, *former) if each is not None]
    people = await Employee.unscoped().filter(id__in=wanted).order_by("id").select_for_update()
    return {employee.id: employee for employee in people}


async def appoint_manager(department: Department, manager_id: int | None, people: Mapping[int, Employee]) -> None:
    """Make someone who works in the department, which is locked, its manager; None: it has none any more.

    `people` come from `lock_for_appointment`. Raises Refusal 2202 if the caller may not appoint managers, 4008, 2306 if
    someone else appointed one meanwhile.
    """
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
